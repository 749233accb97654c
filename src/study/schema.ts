import { catalog } from '../analyses/catalog';
import type { AnalysisSpec } from '../shared/analysis';
import { RESULTS_FOLDER_PATTERN, RESULTS_FOLDER_WANTED } from '../shared/results-folder';
import { isTextList, propertiesOf, specOf } from './fields';
import type { JsonSchema } from '../yaml/schema';
import { slurmSchema } from './slurm';

/** Names become folders, and are told from paths by having no slash. */
const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]*$';
const PATH: JsonSchema = { type: 'string', minLength: 1 };

/** JSON Schema (draft 7) of study files: the settings of every analysis are those of its spec. */
export const studySchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Brainlens study',
  description:
    'A Brainlens study: models, datasets, sparse autoencoders, and analyses of them that refer to one another.',
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, description: 'Title of the study.' },
    results: {
      type: 'string',
      pattern: RESULTS_FOLDER_PATTERN,
      patternErrorMessage: `write ${RESULTS_FOLDER_WANTED}`,
      description:
        'Folder of the results, below the workspace folder (on the command line: the working directory); without it that of the setting brainlens.resultsFolder or of --results, else .brainlens.',
    },
    models: section(
      'Models by name: a folder in Hugging Face layout, a .gguf or an .onnx file, relative to this file.',
      {
        anyOf: [
          { ...PATH, description: 'Path of the model, relative to this file.' },
          {
            type: 'object',
            properties: {
              path: { ...PATH, description: 'Path of the model, relative to this file.' },
              family: {
                type: 'string',
                minLength: 1,
                description: 'Family of the model: hierarchy holds models against benchmarks without each family, too.',
              },
            },
            required: ['path'],
            additionalProperties: false,
          },
        ],
      },
    ),
    datasets: section('Dataset manifests (dataset.yaml) by name, relative to this file.', PATH),
    saes: section('Sparse autoencoders by name: folders or params.npz, relative to this file.', PATH),
    settings: {
      type: 'object',
      description: 'Options that all runs of the study share.',
      properties: {
        seed: { type: 'integer', minimum: 0, default: 0, description: 'The one seed of every run.' },
        threads: { type: 'integer', minimum: 1, description: 'Cores (default: all).' },
        memory: {
          anyOf: [
            {
              type: 'string',
              pattern: '^\\s*(?=[\\d.]*[1-9])\\d+(\\.\\d+)?\\s*([kKmMgGtT][iI]?)?[bB]?\\s*$',
              patternErrorMessage: 'write a size such as 4GB or 800MB',
            },
            { type: 'integer', minimum: 1 },
          ],
          description: 'Budget that decides between resident and streaming, such as 4GB (default: 60 % of RAM).',
        },
        executor: {
          type: 'string',
          enum: ['auto', 'resident', 'streaming'],
          default: 'auto',
          description: 'Forces a way to run.',
        },
      },
      additionalProperties: false,
    },
    slurm: slurmSchema,
    analyses: section('Analyses by name. A result goes to STUDY/NAME, or STUDY/NAME-MODEL, in the folder of results.', {
      anyOf: catalog.map(analysisSchema),
    }),
  },
  required: ['analyses'],
  additionalProperties: false,
};

function section(description: string, entry: JsonSchema): JsonSchema {
  return { type: 'object', description, propertyNames: { pattern: NAME }, additionalProperties: entry };
}

function analysisSchema(analysis: AnalysisSpec): JsonSchema {
  const { required = [] } = specOf(analysis);
  const entries = Object.entries(propertiesOf(analysis));
  return {
    type: 'object',
    description: `${analysis.describe}.`,
    properties: {
      analysis: { type: 'string', const: analysis.id, description: `${analysis.describe}.` },
      ...Object.fromEntries(entries.map(([field, property]) => [field, settingSchema(analysis, field, property)])),
    },
    required: ['analysis', ...required],
    additionalProperties: false,
  };
}

/** One value may stand for a list of one; several models for one run each. */
function settingSchema(analysis: AnalysisSpec, field: string, property: JsonSchema): JsonSchema {
  const { description: said = '', default: usual, ...type } = property;
  const beside = usual === undefined ? {} : { default: usual };
  if (property.type === 'array' && typeof property.items === 'object') {
    return { description: `${said}.${named(analysis, field)}`, ...beside, anyOf: [type, property.items as JsonSchema] };
  }
  if (field === 'model') {
    const models = { type: 'array', items: PATH, minItems: 1 };
    return { description: `${said}; several, or all: one run for each model.`, ...beside, anyOf: [PATH, models] };
  }
  return { ...type, description: `${said}.${named(analysis, field)}`, ...beside };
}

function named(analysis: AnalysisSpec, field: string): string {
  if (!analysis.paths.includes(field)) return '';
  const what = field === 'dataset' ? 'dataset' : field === 'sae' ? 'sparse autoencoder or analysis' : 'analysis';
  const all = isTextList(analysis, field) ? ', which stands for all its runs' : '';
  return ` A path relative to this file, or the name of ${what === 'analysis' ? 'an' : 'a'} ${what} of this study${all}.`;
}

/** The form of every name in a study. */
export const namePattern = new RegExp(NAME);

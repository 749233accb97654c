import type { BrainDataset } from '../../data/brain/dataset';
import { loadDataset } from '../../data/brain/load';
import { readStimuli, stimulusFiles } from '../../data/stimuli';
import type { Stimulus } from '../../data/stimuli';
import type { Progress } from '../../shared/progress';
import { UserError } from '../../shared/errors';
import type { RunContext } from '../contract';
import { featuresOf, featuresOfStimuli } from '../features/features';
import type { Features } from '../features/features';
import type { SimilarityFields } from './result';
import type { SimilaritySpec } from './spec';

/** What all models are given, and how one of them is asked for its features. */
export interface Given {
  readonly level: SimilarityFields['level'];
  readonly rows: number;
  /** Files of texts, for comparison with stored activations; none for a dataset. */
  readonly files: readonly string[];
  features(model: string, context: RunContext): AsyncGenerator<Progress, Features>;
}

/** Reads stimuli or a dataset. @returns undefined where neither is given @throws UserError for files that cannot be read */
export async function readGiven(spec: SimilaritySpec, context: RunContext): Promise<Given | undefined> {
  if (spec.dataset !== undefined) return givenDataset(await loadDataset(spec.dataset), spec, context);
  if (spec.stimuli === undefined) return undefined;
  const files = await stimulusFiles(spec.stimuli);
  for (const file of files) context.recordInput(file, 'stimuli');
  const stimuli = await readStimuli(files, spec.textColumn === undefined ? {} : { text: spec.textColumn });
  if (spec.level === 'word') return { ...givenWords(wordsOf(stimuli), spec), files };
  const { pooling, maxTokens } = spec;
  const options = { pooling, ...(maxTokens !== undefined && { maxTokens }) };
  return {
    level: 'text',
    rows: stimuli.length,
    files,
    features: (model, run) => featuresOfStimuli(stimuli, model, options, run),
  };
}

function givenDataset(dataset: BrainDataset, spec: SimilaritySpec, context: RunContext): Given {
  for (const { path, role } of dataset.files) context.recordInput(path, role);
  for (const warning of dataset.warnings) context.warn(warning);
  const { granularity, name } = dataset;
  if (granularity !== 'sentence') {
    if (spec.maxTokens !== undefined) {
      throw new UserError('--max-tokens cuts texts, and this dataset has words', 'Leave it out.');
    }
    return givenWords(dataset, spec);
  }
  const texts = dataset.stimuli.map(({ text }, i) => ({ text, source: `${name}: stimuli`, row: i + 1 }));
  if (spec.level === 'word') return givenWords(wordsOf(texts), spec);
  const { pooling, maxTokens } = spec;
  const options = { pooling, ...(maxTokens !== undefined && { maxTokens }) };
  return {
    level: 'text',
    rows: texts.length,
    files: [],
    features: (model, run) => featuresOf(dataset, model, options, run),
  };
}

function givenWords(dataset: BrainDataset, { pooling }: SimilaritySpec): Given {
  const wordPooling = pooling === 'mean' ? 'mean' : 'last';
  return {
    level: dataset.granularity === 'timeseries' && dataset.timing?.window === undefined ? 'scan' : 'word',
    rows: dataset.rows,
    files: [],
    features: (model, run) => featuresOf(dataset, model, { wordPooling }, run),
  };
}

/** Every word of every text, each text a run of its own: rows are the same whatever tokens a model makes of them. */
function wordsOf(stimuli: readonly Stimulus[]): BrainDataset {
  const words = stimuli.flatMap(({ text, source, row }) =>
    text
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => ({ word, run: `${source}, row ${row}` })),
  );
  return {
    name: 'stimuli',
    simulated: false,
    granularity: 'word',
    files: [],
    stimuli: [],
    words,
    runs: [],
    rows: words.length,
    units: [],
    responses: new Float64Array(0),
    counts: { repetitions: 0, missing: 0, unmatchedStimuli: 0, unmatchedResponses: 0 },
    warnings: [],
  };
}

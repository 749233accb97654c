import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';
import { NETWORKS } from './presets';

/** `--range`: two percentiles. */
const RANGE = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/;

const schema = z
  .object({
    model: z.string().min(1).describe('Model: a folder in Hugging Face layout, a .gguf or an .onnx file'),
    stimuli: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'Stimuli: CSV, TSV, JSONL or Parquet files or folders of them, or a folder of stories 1b_story.txt, 1b_question.txt, 1p_story.txt, … (default: the built-in set of the network)',
      ),
    network: z
      .enum(NETWORKS)
      .default('language')
      .describe(
        'Which network to localize, by its contrast and usual settings: language = sentences > nonword lists; theory-of-mind = stories of false beliefs > false photographs; multiple-demand = hard > easy sums',
      ),
    positive: z
      .string()
      .min(1)
      .optional()
      .describe(
        'A contrast of your own: the condition that should drive the units more (with --negative; pooling and truncation stay those of --network)',
      ),
    negative: z
      .string()
      .min(1)
      .optional()
      .describe('A contrast of your own: the condition to compare with (with --positive)'),
    textColumn: z.string().min(1).optional().describe('Column of the texts (default: text, sentence or stimulus)'),
    conditionColumn: z.string().min(1).optional().describe('Column of the conditions (default: condition)'),
    fraction: z.number().gt(0).max(1).default(0.01).describe('Share of all units to select, those of largest t'),
    count: z.int().min(1).optional().describe('Number of units to select, instead of --fraction'),
    range: z
      .string()
      .regex(RANGE, 'must be two percentiles such as 40-60')
      .optional()
      .describe(
        'Select at random among units whose t lies between two percentiles, such as 40-60 (0-0: the smallest t)',
      ),
    pooling: z
      .enum(['last', 'mean', 'sum'])
      .optional()
      .describe(
        "How a stimulus' tokens are pooled: last, mean or sum (default: last for language, mean for the others)",
      ),
    maxTokens: z
      .int()
      .min(1)
      .optional()
      .describe('Cut each stimulus to this many tokens (default: 12 for language, none otherwise)'),
    signed: z.boolean().default(false).describe('Test signed activations instead of their absolute values'),
    untrained: z
      .int()
      .min(0)
      .optional()
      .describe('Control: the same architecture with random weights from this seed instead of the trained ones'),
    randomSeeds: z
      .int()
      .min(0)
      .max(1000)
      .default(10)
      .describe('Random unit sets of each control kind (0: no controls)'),
  })
  .refine((spec) => (spec.positive === undefined) === (spec.negative === undefined), {
    message: 'needs --negative too (and --negative needs --positive): give both',
    path: ['positive'],
  })
  .refine((spec) => spec.positive === undefined || spec.positive !== spec.negative, {
    message: 'must be another condition than --positive',
    path: ['negative'],
  })
  .refine((spec) => percentilesAscend(spec.range), {
    message: 'must be two percentiles from 0 to 100, the lower first',
    path: ['range'],
  });

/** Settings of a localization. */
export type LocalizationSpec = z.output<typeof schema>;

/** Two percentiles of `--range`. @param range has the form that the spec demands */
export function percentilesOf(range: string): readonly [low: number, high: number] {
  const match = RANGE.exec(range)!;
  return [Number(match[1]), Number(match[2])];
}

function percentilesAscend(range: string | undefined): boolean {
  if (range === undefined || !RANGE.test(range)) return true;
  const [low, high] = percentilesOf(range);
  return low <= high && high <= 100;
}

/** What `localize` takes: pure, for the editor, the command line and the build scripts. */
export const localizationSpec: AnalysisSpec<LocalizationSpec, z.input<typeof schema>> = {
  id: 'localize',
  schema: 'localization',
  version: 1,
  title: 'Localize Language Units…',
  describe:
    'Find the units of a model that respond more to one kind of stimulus than to another, as fMRI localizers do',
  spec: schema,
  paths: ['model', 'stimuli'],
  menu: { on: 'model' },
};

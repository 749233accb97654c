import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

const FOLDS = /^(kfold:\d+(:\d+)?|group(:.+)?(:\d+)?|blocked:\d+(:\d+)?|.+\.npy)$/;
const NUMBER = '\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?';
const GRID = new RegExp(`^(${NUMBER}):(${NUMBER}):(\\d+)$`);
const LAYERS = /^-?\d+(,-?\d+)*$/;

/** The settings of an alignment one by one, for analyses that score in the same way. */
export const alignmentOptions = {
  model: z.string().min(1).optional().describe('Model: a folder in Hugging Face layout, a .gguf or an .onnx file'),
  dataset: z.string().min(1).optional().describe('Recordings: a dataset manifest (dataset.yaml)'),
  features: z
    .string()
    .min(1)
    .optional()
    .describe('Instead of --model: features .npy, [n, width] or [n, layers, width] (with --responses)'),
  responses: z
    .string()
    .min(1)
    .optional()
    .describe('Instead of --dataset: responses .npy, [n, units]; NaN = missing (with --features)'),
  metric: z
    .enum(['ridge', 'cka', 'debiased-cka', 'rsa'])
    .default('ridge')
    .describe(
      'How features and responses are compared: ridge = Pearson r of held-out predictions; cka, debiased-cka, rsa = similarity without fitting',
    ),
  folds: z
    .string()
    .regex(FOLDS, 'must be kfold:5:0, group:COLUMN:5, blocked:5:GAP or a file.npy')
    .optional()
    .describe(
      'How rows are held out: kfold:FOLDS:SEED, group:COLUMN:FOLDS, blocked:FOLDS:GAP, or a .npy with the fold of every row (default: groups where the manifest has them, runs for time series, else kfold:5:0)',
    ),
  alpha: z
    .enum(['nested', 'loo', 'ols'])
    .default('nested')
    .describe(
      'How the ridge penalty is chosen for every fold and unit: nested = inner folds; loo = leave-one-out; ols = none, minimum-norm least squares',
    ),
  alphas: z
    .string()
    .regex(GRID, 'must be FROM:TO:COUNT such as 1e-3:1e8:12')
    .default('1e-3:1e8:12')
    .describe('Penalties to choose from, evenly spaced on a log scale: FROM:TO:COUNT'),
  pca: z
    .int()
    .min(1)
    .optional()
    .describe('Fit on at most so many principal components of the training rows (default: none)'),
  layers: z
    .string()
    .regex(LAYERS, 'must be a list of layers such as 0,5,11 (-1: the embedding)')
    .optional()
    .describe('Layers to score, such as 0,5,11; -1 is the embedding (default: every block)'),
  pooling: z
    .enum(['last', 'mean', 'sum'])
    .default('last')
    .describe('How the tokens of a stimulus, or of a word, are pooled'),
  maxTokens: z.int().min(1).optional().describe('Cut each stimulus to this many tokens (default: none)'),
  units: z
    .string()
    .min(1)
    .optional()
    .describe('Take only the units selected by this localization as features, and compare with its random units'),
  randomSeeds: z
    .int()
    .min(0)
    .max(1000)
    .default(10)
    .describe('With --units: random unit sets of each control kind to compare with (0: none)'),
  nuisance: z
    .enum(['manifest', 'none'])
    .default('manifest')
    .describe("Low-level predictors as a band of their own: the manifest's, or none"),
  zscore: z
    .boolean()
    .default(false)
    .describe('For cka: z-score every feature first, so that massive units do not dominate'),
  aggregate: z
    .enum(['median', 'mean'])
    .default('median')
    .describe('How the units of a subject become one score; subjects are then averaged'),
  bootstrap: z.int().min(100).max(1_000_000).default(10_000).describe('Resamples behind every interval'),
  permutations: z
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe(
      'Permutations for p and the null band (0: none; 100 give p of at least 0.0099). The whole pipeline is fitted to each',
    ),
};

const schema = z
  .object(alignmentOptions)
  .refine((spec) => (spec.features === undefined) === (spec.responses === undefined), {
    message: 'needs --responses too (and --responses needs --features): give both',
    path: ['features'],
  })
  .refine((spec) => spec.features === undefined || (spec.model === undefined && spec.dataset === undefined), {
    message: 'takes the place of --model and --dataset: give one or the other',
    path: ['features'],
  })
  .refine((spec) => spec.features !== undefined || spec.model !== undefined, {
    message: 'is missing (with --dataset; or give --features and --responses)',
    path: ['model'],
  })
  .refine((spec) => spec.features !== undefined || spec.dataset !== undefined, {
    message: 'is missing (with --model; or give --features and --responses)',
    path: ['dataset'],
  })
  .refine((spec) => spec.units === undefined || spec.features === undefined, {
    message: 'needs --model and --dataset: --features holds no units of a model',
    path: ['units'],
  })
  .refine((spec) => spec.units === undefined || spec.layers === undefined, {
    message: 'goes by the units of all layers: leave --layers out',
    path: ['units'],
  })
  .refine((spec) => spec.units === undefined || spec.metric === 'ridge', {
    message: 'goes with --metric ridge only',
    path: ['units'],
  })
  .refine((spec) => !spec.zscore || spec.metric.endsWith('cka'), {
    message: 'goes with --metric cka or debiased-cka (ridge standardises by itself)',
    path: ['zscore'],
  })
  .refine((spec) => spec.pca === undefined || spec.metric === 'ridge', {
    message: 'goes with --metric ridge only',
    path: ['pca'],
  })
  .refine((spec) => spec.folds === undefined || spec.metric === 'ridge', {
    message: 'goes with --metric ridge only: the others hold nothing out',
    path: ['folds'],
  })
  .refine((spec) => gridAscends(spec.alphas), {
    message: 'must go from a positive number to a larger one in 2 to 1,000 steps (1 where both are equal)',
    path: ['alphas'],
  });

/** Settings of an alignment. */
export type AlignmentSpec = z.output<typeof schema>;

/** The grid of `--alphas`, log-spaced with both ends, as `numpy.logspace`. @param grid has the form that the spec demands */
export function alphasOf(grid: string): Float64Array {
  const [from, to, count] = gridOf(grid);
  if (count === 1) return Float64Array.of(from);
  const [low, high] = [Math.log10(from), Math.log10(to)];
  return Float64Array.from({ length: count }, (_, i) => 10 ** (low + ((high - low) * i) / (count - 1)));
}

function gridOf(grid: string): [from: number, to: number, count: number] {
  const match = GRID.exec(grid)!;
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}

function gridAscends(grid: string): boolean {
  if (!GRID.test(grid)) return true;
  const [from, to, count] = gridOf(grid);
  if (!(from > 0) || !Number.isFinite(to) || count < 1 || count > 1000) return false;
  return count === 1 ? from === to : from < to;
}

/** What `align` takes: pure, for the editor, the command line and the build scripts. */
export const alignmentSpec: AnalysisSpec<AlignmentSpec, z.input<typeof schema>> = {
  id: 'align',
  schema: 'alignment',
  version: 1,
  title: 'Align with Brain Data…',
  describe: 'Score how well every layer of a model predicts recordings of the brain, with intervals and p-values',
  spec: schema,
  paths: ['model', 'dataset', 'features', 'responses', 'units'],
  pathsLike: { folds: /\.npy$/ },
  resumes: true,
  stages: ({ features }) => [
    ...(features === undefined ? [{ name: 'features', single: true } as const] : []),
    { name: 'layers' },
  ],
  menu: { on: 'model-and-dataset' },
};

import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';
import { alignmentOptions, alignmentSpec } from '../alignment/spec';
import type { AlignmentSpec } from '../alignment/spec';

/** A context length: so many tokens, or all that `align` reads. */
export type ContextLength = number | 'full';

const LENGTHS = /^(?:[1-9]\d{0,6}|full)(?:,(?:[1-9]\d{0,6}|full))*$/;

const { metric, folds, alpha, alphas, pca, layers, nuisance, zscore, aggregate, bootstrap, permutations } =
  alignmentOptions;

const fields = z.object({
  model: z.string().min(1).describe('Model: a folder in Hugging Face layout, a .gguf or an .onnx file'),
  dataset: z.string().min(1).describe('Recordings of words: a dataset manifest (dataset.yaml)'),
  lengths: z
    .string()
    .regex(LENGTHS, 'must be numbers of tokens, and full, such as 1,2,5,10,full')
    .default('1,2,5,10,20,50,100,full')
    .describe(
      "Tokens that a word is read with, its own last one included; full: as align reads it, the run's whole text",
    ),
  pooling: z
    .enum(['last', 'mean'])
    .default('last')
    .describe("A word's features: of its last token, or the mean over its tokens that the length leaves"),
  ...{ layers, metric, folds, alpha, alphas, pca, nuisance, zscore, aggregate, bootstrap, permutations },
});

const schema = fields
  .refine(({ lengths }) => !LENGTHS.test(lengths) || ascending(lengthsOf(lengths)), {
    message: 'must ascend, each named once, full at the end',
    path: ['lengths'],
  })
  .superRefine((spec, check) => {
    for (const { message, path } of alignmentSpec.spec.safeParse(asAlignment(spec)).error?.issues ?? []) {
      check.addIssue({ code: 'custom', message, path });
    }
  });

/** Settings of a measurement of context. */
export type ContextSpec = z.output<typeof schema>;

/** The settings of `align` that give the scores of one length. */
export function alignmentOf(spec: ContextSpec): AlignmentSpec {
  return alignmentSpec.spec.parse(asAlignment(spec));
}

/** `align` knows no lengths, and passes over them. */
function asAlignment(spec: ContextSpec): Record<string, unknown> {
  return { ...spec, randomSeeds: 0 };
}

/** The lengths of `--lengths`, in their order. */
export function lengthsOf(list: string): ContextLength[] {
  return list.split(',').map((part) => (part === 'full' ? part : Number(part)));
}

function ascending(lengths: readonly ContextLength[]): boolean {
  const numbers = lengths.map((length) => (length === 'full' ? Infinity : length));
  return numbers.every((length, i) => i === 0 || length > numbers[i - 1]!);
}

/** What `context` takes: pure, for the editor, the command line and the build scripts. */
export const contextSpec: AnalysisSpec<ContextSpec, z.input<typeof schema>> = {
  id: 'context',
  schema: 'context',
  version: 1,
  title: 'Measure Context…',
  describe: 'Score how well every layer predicts recordings of words, by how many tokens of context the model reads',
  spec: schema,
  resumes: true,
  paths: ['model', 'dataset'],
  pathsLike: { folds: /\.npy$/ },
  menu: { on: 'model-and-words' },
};

import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

const LAYERS = /^-?\d+(,-?\d+)*$/;

const schema = z.object({
  model: z.string().min(1).describe('Model: a folder in Hugging Face layout, a .gguf or an .onnx file'),
  stimuli: z.array(z.string().min(1)).min(1).describe('Stimuli: CSV, TSV, JSONL or Parquet files or folders of them'),
  pooling: z.enum(['last', 'mean', 'sum']).default('last').describe("How a stimulus' tokens are pooled"),
  layers: z
    .string()
    .regex(LAYERS, 'must be a list of layers such as 0,5,11 (-1: the embedding)')
    .optional()
    .describe('Layers to keep, such as 0,5,11; -1 is the embedding (default: every block)'),
  maxTokens: z.int().min(1).optional().describe('Cut each stimulus to this many tokens (default: none)'),
  textColumn: z.string().min(1).optional().describe('Column of the texts (default: text, sentence or stimulus)'),
  batchSize: z
    .int()
    .min(1)
    .optional()
    .describe('Stimuli per batch at most (default: chosen for speed); it never changes a number beyond 1e-5'),
});

/** Settings of an extraction of activations. */
export type ActivationsSpec = z.output<typeof schema>;

/** The numbers of `--layers`. @param list has the form that the spec demands */
export function layersOf(list: string): number[] {
  return list.split(',').map(Number);
}

/** What `activations` takes: pure, for the editor, the command line and the build scripts. */
export const activationsSpec: AnalysisSpec<ActivationsSpec, z.input<typeof schema>> = {
  id: 'activations',
  schema: 'activations',
  version: 1,
  title: 'Extract Activations…',
  describe: 'Write the pooled residual stream of a model behind every block, for every stimulus, as a NumPy array',
  spec: schema,
  paths: ['model', 'stimuli'],
};

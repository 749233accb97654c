import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

const path = z.string().min(1);

const schema = z
  .object({
    sae: z.array(path).min(1).optional().describe('Sparse autoencoders, one per layer: folders, or params.npz files'),
    decoder: z
      .array(path)
      .min(1)
      .optional()
      .describe('Decoder directions, one file per layer: .npy or .safetensors [features, width]'),
    model: path
      .optional()
      .describe(
        'Model whose activations are measured, alone or beside its SAEs: a folder in Hugging Face layout or .gguf',
      ),
    documents: z
      .array(path)
      .min(1)
      .optional()
      .describe('Texts that the model reads: files or folders of .txt, .md, source code, JSONL or Parquet'),
    layers: z
      .array(z.int().min(-1))
      .min(1)
      .optional()
      .describe('Layers, such as 0,5,11: of the decoders in their order, or of the model (default: all)'),
    tokens: z
      .int()
      .min(100)
      .max(1_000_000)
      .default(10_000)
      .describe('Activations to measure of every layer, at so many tokens drawn from the documents'),
    neighbour: z.int().min(1).max(100).default(1).describe('k of the nearest-neighbour entropy'),
    components: z.int().min(2).max(1000).default(100).describe('Principal components that entropies are measured in'),
    maxPoints: z
      .int()
      .min(100)
      .max(1_000_000)
      .default(20_000)
      .describe('Points that entropies are measured on; of more, so many are drawn without replacement'),
    null: z.int().min(0).max(10_000).default(20).describe('Gaussian clouds of every null (0: none)'),
    resamples: z
      .int()
      .min(0)
      .max(10_000)
      .default(10)
      .describe('Random halves of the points for intervals (0: no intervals)'),
    textColumn: z.string().min(1).optional().describe('Column of the texts (default: text or content)'),
  })
  .refine(({ sae, decoder, model }) => sae ?? decoder ?? model, {
    message: 'is missing (or give --decoder W.npy, or --model with --documents)',
    path: ['sae'],
  })
  .refine(({ sae, decoder }) => sae === undefined || decoder === undefined, {
    message: 'and --sae say the same thing in two ways: give one of them',
    path: ['decoder'],
  })
  .refine(({ model, documents }) => (model === undefined) === (documents === undefined), {
    message: 'go with --model: give both, or neither',
    path: ['documents'],
  })
  .refine(({ layers, decoder }) => layers === undefined || decoder === undefined || layers.length === decoder.length, {
    message: 'must name as many layers as there are files in --decoder',
    path: ['layers'],
  })
  .refine(({ layers, decoder, model }) => layers === undefined || decoder !== undefined || model !== undefined, {
    message: 'belongs to --decoder or --model: an SAE names its own layer',
    path: ['layers'],
  })
  .refine(({ layers }) => new Set(layers).size === (layers?.length ?? 0), {
    message: 'names a layer twice',
    path: ['layers'],
  });

/** Settings of a measurement of the galaxy. */
export type GalaxySpec = z.output<typeof schema>;

/** What `galaxy` takes: pure, for the editor, the command line and the build scripts. */
export const galaxySpec: AnalysisSpec<GalaxySpec, z.input<typeof schema>> = {
  id: 'galaxy',
  schema: 'galaxy',
  version: 1,
  title: 'Measure the Concept Galaxy…',
  describe:
    'Measure the large-scale shape of a cloud of SAE features or activations: power-law spectrum and clustering entropy',
  spec: schema,
  paths: ['sae', 'decoder', 'model', 'documents'],
  menu: { on: 'sae-or-model' },
};

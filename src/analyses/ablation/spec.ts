import { z } from 'zod';
import type { AnalysisSpec } from '../../shared/analysis';

/** How control units are drawn (definitions, Localization 5). */
export const CONTROLS = ['random', 'random-layer-matched', 'random-magnitude-matched'] as const;

const schema = z.object({
  model: z.string().min(1).describe('Model: a folder in Hugging Face layout, a .gguf or an .onnx file'),
  units: z
    .string()
    .min(1)
    .describe(
      'Units to silence: the result folder of a localization, or a mask .npy [layers, width] of zeros and ones',
    ),
  tasks: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Tasks: minimal pairs, SyntaxGym suites, multiple choice, texts; files or folders (default: built-in)'),
  fractions: z
    .array(z.number().gt(0).max(0.5))
    .min(1)
    .default([0.00125, 0.0025, 0.005, 0.01, 0.02, 0.05])
    .describe('Shares of all units to silence, those of largest t; a mask has its own'),
  randomSeeds: z.int().min(0).max(1000).default(20).describe('Random unit sets of each control kind (0: no controls)'),
  controls: z
    .array(z.enum(CONTROLS))
    .default(['random', 'random-magnitude-matched'])
    .describe('Kinds of random units to compare with'),
  ablation: z
    .enum(['zero', 'mean'])
    .default('zero')
    .describe('What a silenced unit becomes: zero, or its mean over the reference texts'),
  reference: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Texts over which means and magnitudes are taken (default: the built-in sentences)'),
  generate: z
    .int()
    .min(0)
    .max(5)
    .default(5)
    .describe('Number of built-in prompts to continue, intact and silenced, side by side (0: none)'),
  items: z.int().min(1).optional().describe('Take only the first so many items of each task (default: all)'),
});

/** Settings of an ablation study. */
export type AblationSpec = z.output<typeof schema>;

/** What `ablate` takes. */
export const ablationSpec: AnalysisSpec<AblationSpec, z.input<typeof schema>> = {
  id: 'ablate',
  schema: 'ablation',
  version: 1,
  title: 'Ablate Units…',
  describe: 'Silence localized units and as many random ones, and measure what the model can no longer do',
  spec: schema,
  resumes: true,
  stages: () => [{ name: 'sweep' }],
  paths: ['model', 'units', 'tasks', 'reference'],
  menu: { on: 'localization' },
};

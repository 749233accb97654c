import { readStimuli, stimulusFiles } from '../../data/stimuli';
import { stimulusRows } from '../../data/stimulus-rows';
import type { StimulusRows } from '../../data/stimulus-rows';
import { tokenizeStimuli } from '../../models/sequences';
import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { layersOf } from './spec';
import type { ActivationsSpec } from './spec';

/** The small numbers of an extraction. */
export interface ActivationsFields {
  readonly stimuli: number;
  /** Layer of each column of the array; −1 is the embedding. */
  readonly layers: readonly number[];
  readonly width: number;
  readonly pooling: string;
  /** Tokens of each stimulus, special tokens included. */
  readonly tokens: readonly number[];
  readonly truncated: number;
  /** File, row and condition of every row of the array. */
  readonly rows: StimulusRows;
}

/**
 * Pooled residual stream behind the chosen layers for every stimulus.
 * @returns array `activations` f32 [stimuli, layers, width]
 * @throws UserError for stimuli, layers or a model that do not go together; Cancelled
 */
export async function* extract(spec: ActivationsSpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  const files = await stimulusFiles(spec.stimuli);
  for (const file of files) context.recordInput(file, 'stimuli');
  const stimuli = await readStimuli(files, spec.textColumn === undefined ? {} : { text: spec.textColumn });
  const transformer = await context.openModel(spec.model);
  const { layers: count, width } = transformer.description;
  const layers = spec.layers === undefined ? Array.from({ length: count }, (_, layer) => layer) : layersOf(spec.layers);
  const { tokens, truncated } = tokenizeStimuli(stimuli, transformer, spec.maxTokens);
  const data = yield* transformer.activations(tokens, {
    pooling: spec.pooling,
    layers,
    signal: context.signal,
    ...(spec.batchSize !== undefined && { batchSize: spec.batchSize }),
  });
  const fields: ActivationsFields = {
    stimuli: stimuli.length,
    layers,
    width,
    pooling: spec.pooling,
    tokens: tokens.map((ids) => ids.length),
    truncated,
    rows: stimulusRows(stimuli),
  };
  return { fields: { ...fields }, arrays: { activations: { data, shape: [stimuli.length, layers.length, width] } } };
}

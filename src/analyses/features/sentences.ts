import type { Stimulus } from '../../data/stimuli';
import { tokenizeStimuli } from '../../models/sequences';
import type { Progress } from '../../shared/progress';
import type { LayerArrays } from '../contract';
import { cachedRows } from './request';
import type { FeatureRequest } from './request';

export interface SentenceFeatures {
  /** f32 [layers, stimuli, width]. */
  readonly arrays: LayerArrays;
  readonly tokens: readonly Int32Array[];
}

/** Pooled residual stream of every text. @throws UserError that names the text's row; Cancelled */
export async function* sentenceFeatures(
  stimuli: readonly Stimulus[],
  request: FeatureRequest,
): AsyncGenerator<Progress, SentenceFeatures> {
  const { transformer, layers, options, context } = request;
  const pooling = options.pooling ?? 'last';
  const { tokens } = tokenizeStimuli(stimuli, transformer, options.maxTokens);
  const arrays = yield* cachedRows(
    {
      sequences: tokens,
      rows: tokens.map(() => 1),
      key: { pooling },
      run: (from, to) => transformer.activations(tokens.slice(from, to), { pooling, layers, signal: context.signal }),
    },
    request,
  );
  return { arrays, tokens };
}

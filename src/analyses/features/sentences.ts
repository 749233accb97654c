import type { BrainDataset } from '../../data/brain/dataset';
import { tokenizeStimuli } from '../../models/sequences';
import type { Progress } from '../../shared/progress';
import type { LayerArrays } from '../contract';
import { cachedRows } from './request';
import type { FeatureRequest } from './request';

/** Pooled residual stream of every sentence. @throws UserError that names the sentence's row; Cancelled */
export async function* sentenceFeatures(
  { stimuli, name }: BrainDataset,
  request: FeatureRequest,
): AsyncGenerator<Progress, { readonly arrays: LayerArrays; readonly tokens: readonly Int32Array[] }> {
  const { transformer, layers, options, context } = request;
  const pooling = options.pooling ?? 'last';
  const rows = stimuli.map(({ text }, i) => ({ text, source: `${name}: stimuli`, row: i + 1 }));
  const { tokens } = tokenizeStimuli(rows, transformer, undefined);
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

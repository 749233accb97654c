import type { Progress } from '../../shared/progress';
import type { LayerArrays } from '../contract';
import { cachedRows, hashOf } from './request';
import type { FeatureRequest } from './request';

/** Tokens of which the residual stream is wanted. */
export interface ChosenTokens {
  readonly sequences: readonly Int32Array[];
  /** Of every sequence its chosen places, from 0. */
  readonly positions: readonly Int32Array[];
}

/** Residual stream at chosen tokens, f32 [layers, tokens, width], the sequences end to end, through the activation cache. */
export function tokenFeatures(
  { sequences, positions }: ChosenTokens,
  request: FeatureRequest,
): AsyncGenerator<Progress, LayerArrays> {
  const { transformer, layers, context } = request;
  return cachedRows(
    {
      sequences,
      rows: positions.map(({ length }) => length),
      key: { kind: 'tokens', positions: hashOf(positions) },
      run: (from, to) =>
        transformer.tokenActivations(sequences.slice(from, to), {
          positions: positions.slice(from, to),
          layers,
          signal: context.signal,
        }),
    },
    request,
  );
}

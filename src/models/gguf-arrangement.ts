import type { GgufTensor } from './gguf-header';

/**
 * How a stored tensor becomes Hugging Face's: as it is; `pairs`: rows of each head interleaved for rotary pairs
 * (2i, 2i+1) go back to halves (i, i + headDim/2); `transposed`: [out, in] goes back to Conv1D's [in, out]; `grouped`:
 * rows of all queries, then all keys, then all values go back to each group's (`parts` heads of a group each);
 * `plus one`: 1 was added to every value (then always float32).
 */
export type Arrangement =
  | { readonly kind: 'plain' }
  | { readonly kind: 'pairs'; readonly headDim: number }
  | { readonly kind: 'transposed' }
  | {
      readonly kind: 'grouped';
      readonly groups: number;
      readonly parts: readonly number[];
      readonly headDim: number;
    }
  | { readonly kind: 'plus one' };

/** What an architecture's planner gives: every tensor's source and arrangement under its Hugging Face name. */
export interface ArchitecturePlan {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, { readonly source: GgufTensor; readonly arrangement: Arrangement }>;
  /** Tensors that are accounted for without being written. */
  readonly consumed: readonly string[];
}

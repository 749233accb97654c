import type { GgufTensor } from './gguf-header';

/**
 * How a stored tensor becomes Hugging Face's: as it is; `pairs`: rows of each head interleaved for rotary pairs
 * (2i, 2i+1) go back to halves (i, i + headDim/2); `transposed`: [out, in] goes back to Conv1D's [in, out].
 */
export type Arrangement =
  { readonly kind: 'plain' } | { readonly kind: 'pairs'; readonly headDim: number } | { readonly kind: 'transposed' };

/** What an architecture's planner gives: every tensor's source and arrangement under its Hugging Face name. */
export interface ArchitecturePlan {
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, { readonly source: GgufTensor; readonly arrangement: Arrangement }>;
  /** Tensors that are accounted for without being written. */
  readonly consumed: readonly string[];
}

import type { AnalysisResult } from '../../shared/analysis';

/** Two networks side by side. */
export interface Pair {
  readonly a: string;
  readonly b: string;
  /** Units that both hold. */
  readonly shared: number;
  /** 2·shared/(k₁ + k₂) */
  readonly dice: number;
  /** Mean Dice of random selections of these sizes. */
  readonly expected: number;
  /** Shared units by layer. */
  readonly perLayer: readonly number[];
}

/** What stands under `result` in `result.json`; layers count from 0. */
export interface ComparisonFields {
  readonly layers: number;
  readonly width: number;
  /** Units in all: layers · width. */
  readonly units: number;
  /** In the order of the matrix' rows. */
  readonly networks: readonly { readonly label: string; readonly k: number }[];
  readonly pairs: readonly Pair[];
}

/** The fields of a comparison's result. */
export function fieldsOf(result: AnalysisResult): ComparisonFields {
  return result.fields as unknown as ComparisonFields;
}

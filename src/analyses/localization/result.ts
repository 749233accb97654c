import type { AnalysisResult } from '../../shared/analysis';
import type { Role } from './contrast';
import type { ControlKind, Match } from '../../math/units/controls';
import type { Network } from './presets';
import type { ConditionResponse, ProfileRow } from './profile';

/** One of the selected units, for the table. */
export interface TopUnit {
  readonly layer: number;
  readonly unit: number;
  readonly t: number;
  readonly df: number;
  readonly p: number;
  readonly q: number;
  /** Mean response (|activation| unless signed) in every condition, in the order of `conditions`. */
  readonly means: readonly number[];
  readonly massive: boolean;
}

/** What stands under `result` in `result.json`; layers and units count from 0. */
export interface LocalizationFields {
  readonly network: Network | 'custom';
  /** Seed of the random weights that took the place of the trained ones; absent: the model as trained. */
  readonly untrained?: number;
  /** Units selected. */
  readonly k: number;
  /** Units in all: layers · width. */
  readonly units: number;
  readonly layers: number;
  readonly width: number;
  /** Largest t, and the smallest among the selected. */
  readonly largest: { readonly t: number; readonly layer: number; readonly unit: number };
  readonly threshold: number;
  readonly reliability: { readonly dice: number; readonly spearman: number };
  /** Selected units that are among the three largest mean |activation| of their layer. */
  readonly massive: number;
  /** Units with q < 0.05: among all, and among the selected. */
  readonly significant: { readonly all: number; readonly selected: number };
  /** Units without a t (NaN), which are never selected. */
  readonly undefinedUnits: number;
  readonly truncated: number;
  readonly pooling: string;
  readonly maxTokens: number | 'none';
  readonly response: 'absolute' | 'signed';
  readonly selection: string;
  readonly conditions: readonly { readonly condition: string; readonly role: Role; readonly n: number }[];
  /** Selected units by layer. */
  readonly perLayer: readonly number[];
  readonly controls: readonly { readonly kind: ControlKind; readonly seeds: number; readonly match?: Match }[];
  /** Selected units on held-out stimuli; empty where a condition of the contrast has fewer than four. */
  readonly profile: readonly ProfileRow[];
  /** Random units on the same stimuli. */
  readonly profileRandom: readonly ConditionResponse[];
  /** The selected units of largest t, 1,000 at most. */
  readonly topUnits: readonly TopUnit[];
}

/** The fields of a localization's result. */
export function fieldsOf(result: AnalysisResult): LocalizationFields {
  return result.fields as unknown as LocalizationFields;
}

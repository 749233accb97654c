import type { AnalysisResult } from '../../shared/analysis';
import type { WholeFit } from './measure';

/** The small numbers of a training. */
export interface SaeTrainingFields {
  readonly layer: number;
  readonly width: number;
  readonly features: number;
  readonly k: number;
  readonly trainTokens: number;
  /** Tokens, of all, that were left out for their norm. */
  readonly outliers: number;
  readonly documents: number;
  readonly steps: number;
  /** Step at which an earlier, cancelled run was taken up; 0: from the start. */
  readonly resumedAt: number;
  /** Activations were multiplied by it for training; the weights as stored take them as they are. */
  readonly scale: number;
  readonly heldOut: {
    readonly documents: number;
    readonly tokens: number;
    readonly varianceExplained: number;
    readonly l0: number;
    readonly meanSquaredError: number;
    /** The same on all of their tokens: those that were left out for their norm are among them. */
    readonly withOutliers: WholeFit;
    /** Share of the features that fired on none of these tokens. */
    readonly silent: number;
  };
  /** Share of the features that fired on none of the last `deadAfter` training tokens. */
  readonly dead: number;
  readonly types: readonly { readonly type: string; readonly documents: number; readonly tokens: number }[];
  readonly curveColumns: readonly string[];
  /** Bytes that the run planned for. */
  readonly needs: { readonly memory: number; readonly disk: number };
}

export function fieldsOf(result: AnalysisResult): SaeTrainingFields {
  return result.fields as unknown as SaeTrainingFields;
}

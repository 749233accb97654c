/** Rows for training and for testing, ascending row numbers. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** An outer fold with the inner ones that choose its α: rows of `inner` are rows of this fold's `train`. */
export interface OuterFold extends Split {
  readonly inner: readonly Split[];
}

/** Splits training rows (ascending) again, by the same rule as the outer folds; empty where there are too few. */
export type InnerRule = (train: Int32Array) => readonly Split[];

/** How rows are held out. Every row is in the test set of at most one outer fold. */
export interface FoldPlan {
  readonly rows: number;
  readonly outer: readonly OuterFold[];
  /** As given, for results: `kfold:5:0`. */
  readonly name: string;
  /**
   * Inner folds of the rows that a unit with missing responses has; without it such a unit takes its rows of the
   * fold's own inner splits.
   */
  readonly innerOf?: InnerRule;
}

/** α is chosen on this many inner folds, fewer where there are fewer groups. */
export const INNER_FOLDS = 5;

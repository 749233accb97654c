/** Rows for training and for testing, ascending row numbers. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** An outer fold with the inner ones that choose its α: rows of `inner` are rows of this fold's `train`. */
export interface OuterFold extends Split {
  readonly inner: readonly Split[];
}

/** How rows are held out. Every row is in the test set of at most one outer fold. */
export interface FoldPlan {
  readonly rows: number;
  readonly outer: readonly OuterFold[];
  /** As given, for results: `kfold:5:0`. */
  readonly name: string;
}

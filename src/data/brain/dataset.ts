/** A brain dataset as the analyses see it, whatever files it came from. */

export type Granularity = 'sentence' | 'word' | 'timeseries';

/** One row of the stimulus table: a sentence, or a word in its context. */
export interface DatasetStimulus {
  readonly id: string;
  readonly text: string;
  /** Rows of one group (passage, story, sentence of a word) are held out together where folds go by group. */
  readonly group?: string;
  /** Every other column of the stimulus file, so that folds can go by any of them. */
  readonly columns: Readonly<Record<string, string>>;
}

/** A word of a running text, in reading or listening order. */
export interface DatasetWord {
  readonly word: string;
  /** Words of one run are one text; a word's context is the words before it in its run. */
  readonly run: string;
  /** Seconds from the start of its run's recording; absent where the words are not timed. */
  readonly onset?: number;
  readonly offset?: number;
  /**
   * The text before the word, where the dataset gives it: then it is the word's context, and not the words before it in
   * its run (rows may be shuffled, or words of the text missing).
   */
  readonly context?: string;
}

/** A column of the responses: voxel, electrode, region, reading time. */
export interface BrainUnit {
  readonly id: string;
  /** `''` where the manifest names no subjects: then all units are of one. */
  readonly subject: string;
  /** A column that contains others (a network mean beside its regions): scored, but kept out of aggregates. */
  readonly summary: boolean;
  /** Millimetres, as the file gives them; absent where there are none. */
  readonly position?: readonly [number, number, number];
  /** Numeric covariates by column name; NaN where the file has none for this unit. */
  readonly covariates: Readonly<Record<string, number>>;
  /** Text columns of the unit table ("region", "hemisphere"). */
  readonly labels: Readonly<Record<string, string>>;
  /** Highest reachable correlation; NaN where unknown. A reliability was turned into √reliability. */
  readonly ceiling: number;
}

/** Scans or samples of one run, in the order of the response rows. */
export interface RunSpan {
  readonly run: string;
  /** First row of the responses, and how many. */
  readonly start: number;
  readonly length: number;
}

/** How a recording in time goes with its words. */
export interface Timing {
  /** Seconds from one row of the responses to the next (TR, or 1/rate). */
  readonly step: number;
  /** FIR delays in rows (fMRI). */
  readonly delays: readonly number[];
  /** Seconds after a word's onset over which a continuous recording was averaged (iEEG, MEG). */
  readonly window?: readonly [number, number];
}

/** What was done to the data while it was read, for the result and for *Describe Dataset*. */
export interface DatasetCounts {
  /** Single repetitions that went into averages; 0 where none were repeated. */
  readonly repetitions: number;
  /** Missing values among responses [rows × units]. */
  readonly missing: number;
  /** Stimuli without any response, and responses without a stimulus: left out by name in `warnings`. */
  readonly unmatchedStimuli: number;
  readonly unmatchedResponses: number;
}

export interface BrainDataset {
  readonly name: string;
  readonly cite?: string;
  /** Says that responses were made up from a model: shown wherever the dataset is. */
  readonly simulated: boolean;
  readonly granularity: Granularity;
  /** Every file read, absolute, with its role ("manifest", "stimuli", "responses", …), for the provenance. */
  readonly files: readonly { readonly path: string; readonly role: string }[];
  /**
   * `sentence`: one per response row. `word`: one per response row, its text being the word. `timeseries`: empty; rows
   * are scans.
   */
  readonly stimuli: readonly DatasetStimulus[];
  /** `word` and `timeseries`: all words. `word`: one per response row, in the same order. */
  readonly words: readonly DatasetWord[];
  /** `timeseries`: where each run's scans lie. Otherwise empty. */
  readonly runs: readonly RunSpan[];
  readonly timing?: Timing;
  readonly rows: number;
  readonly units: readonly BrainUnit[];
  /** f64 [rows, units], or [rows, units, lags] where `lags` is there. NaN = missing. */
  readonly responses: Float64Array;
  /** Third axis of word-locked responses, in seconds. */
  readonly lags?: { readonly count: number; readonly start: number; readonly step: number };
  /** Low-level predictors, f64 [rows, columns]; finite. */
  readonly nuisance?: { readonly columns: readonly string[]; readonly data: Float64Array };
  /** A cortical surface (GIFTI) to draw the units on. */
  readonly surface?: { readonly vertices: Float32Array; readonly faces: Int32Array };
  readonly counts: DatasetCounts;
  /** What a person must know: rows left out, constant units, missing values. */
  readonly warnings: readonly string[];
}

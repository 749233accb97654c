/** A labelled stretch of time, in seconds. */
export interface TextGridInterval {
  readonly onset: number;
  readonly offset: number;
  readonly text: string;
}

export interface TextGridTier {
  readonly name: string;
  readonly intervals: readonly TextGridInterval[];
}

/** A Praat TextGrid: its interval tiers, and the names of its point tiers, which hold no words. */
export interface TextGrid {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly tiers: readonly TextGridTier[];
  readonly pointTiers: readonly string[];
}

export interface TimedWord {
  readonly word: string;
  readonly onset: number;
  readonly offset: number;
}

/** Words of a tier in order, and the intervals between them. */
export interface TierWords {
  readonly words: readonly TimedWord[];
  readonly pauses: readonly TextGridInterval[];
}

/**
 * Reads a TextGrid in Praat's long or short text format, UTF-8 or UTF-16 with a byte-order mark.
 * @throws UserError for other files (binary TextGrids by name) and damaged ones, with the line
 */
export async function readTextGrid(file: string): Promise<TextGrid> {
  throw new Error(`in the making ${file}`);
}

/**
 * The words of an interval tier. Pauses are empty labels and the labels of forced aligners: sp, sil, spn, pau, #, <p>,
 * {SL} and the like.
 * @param tier by its name; without one, the tier called words or word, or the only one
 * @throws UserError that lists the tiers
 */
export function tierWords(grid: TextGrid, tier?: string): TierWords {
  throw new Error(`in the making ${grid.file} ${tier}`);
}

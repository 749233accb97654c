/** One value per presentation, neuroid or time bin: text as it stands, numbers as float64. */
export type Coordinate = readonly string[] | Float64Array;

/** Which coordinate holds what, by the names that published assemblies use; absent where none does. */
export interface RecognisedCoordinates {
  /** Of `presentation`: */
  readonly stimulusId?: string;
  readonly text?: string;
  /** Passage, story or experiment: rows that are held out together. */
  readonly group?: string;
  readonly repetition?: string;
  /** Of `neuroid`: */
  readonly unitId?: string;
  readonly subject?: string;
  readonly region?: string;
}

/** A Brain-Score assembly: responses with named coordinates along each dimension. */
export interface BrainScoreAssembly {
  readonly file: string;
  /** The variable that holds the responses. */
  readonly variable: string;
  readonly presentations: number;
  readonly neuroids: number;
  /** Number of time bins where the responses have a third dimension. */
  readonly timeBins?: number;
  /** f64 [presentation, neuroid], or [presentation, neuroid, time bin]; NaN = missing. */
  readonly responses: Float64Array;
  /** By dimension, then by name. */
  readonly coordinates: {
    readonly presentation: Readonly<Record<string, Coordinate>>;
    readonly neuroid: Readonly<Record<string, Coordinate>>;
    readonly time: Readonly<Record<string, Coordinate>>;
  };
  readonly recognised: RecognisedCoordinates;
}

/**
 * Reads an assembly as xarray writes it to NetCDF-4: a two- or three-dimensional variable over `presentation` and
 * `neuroid` (any stored order) and one-dimensional coordinates.
 * @param variable needed only where several variables have these dimensions
 * @throws UserError for another layout, with what is inside
 */
export async function brainScoreAssembly(file: string, variable?: string): Promise<BrainScoreAssembly> {
  throw new Error(`in the making ${file} ${variable}`);
}

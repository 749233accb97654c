/** Columns of `curves.npy`. */
export const CURVE_COLUMNS = ['step', 'loss', 'auxiliary', 'l0', 'dead', 'varianceExplained', 'learningRate'] as const;

/** One measurement on the held-out documents, with the means of the steps since the one before. */
export type CurvePoint = Readonly<Record<(typeof CURVE_COLUMNS)[number], number>>;

/** Measurements over a training, row-major with `CURVE_COLUMNS`. */
export function encodeCurves(points: readonly CurvePoint[]): Float64Array {
  return Float64Array.from(points.flatMap((point) => CURVE_COLUMNS.map((column) => point[column])));
}

export function decodeCurves(numbers: Float64Array): CurvePoint[] {
  const width = CURVE_COLUMNS.length;
  return Array.from(
    { length: numbers.length / width },
    (_, row) => Object.fromEntries(CURVE_COLUMNS.map((column, c) => [column, numbers[row * width + c]!])) as CurvePoint,
  );
}

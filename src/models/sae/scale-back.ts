import type { SaeInput } from '../../data/sae/sae';

/**
 * Brings reconstructions from the SAE's own scale into the model's, in place: the input treatment undone with the
 * statistics of the rows that went in.
 * @param y f32 [rows, width] reconstructions @param x f32 [rows, width] the rows that were encoded
 */
export function scaleBack(y: Float32Array, x: Float32Array, width: number, { centre, normalise }: SaeInput): void {
  if (!centre && normalise.kind === 'none') return;
  for (let from = 0; from < y.length; from += width) {
    const row = x.subarray(from, from + width);
    const mean = meanOf(row);
    const { factor, shift } = undo(row, mean, centre, normalise);
    for (let at = from; at < from + width; at++) y[at] = y[at]! * factor + shift;
  }
}

function undo(
  row: Float32Array,
  mean: number,
  centre: boolean,
  normalise: SaeInput['normalise'],
): { factor: number; shift: number } {
  const width = row.length;
  const back = centre ? mean : 0;
  switch (normalise.kind) {
    case 'none':
      return { factor: 1, shift: back };
    case 'scale':
      return { factor: 1 / normalise.factor, shift: back };
    case 'layer-norm':
      // A centred row has mean 0, so that the mean comes back once either way.
      return { factor: Math.sqrt(squares(row, mean) / Math.max(1, width - 1)), shift: mean };
    case 'constant-norm':
      return { factor: Math.sqrt(squares(row, back) / width), shift: back };
  }
}

function meanOf(row: Float32Array): number {
  let sum = 0;
  for (const value of row) sum += value;
  return sum / row.length;
}

/** Σ (x − centre)². */
function squares(row: Float32Array, centre: number): number {
  let sum = 0;
  for (const value of row) sum += (value - centre) ** 2;
  return sum;
}

import type { Random } from '../random';

/** Rows to learn from and rows to score, each ascending. */
export interface RowSplit {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** The first ⌊share · n⌋ rows train, the others test, in their order: the split of the published code. */
export function splitRows(n: number, share = 0.8): RowSplit {
  const rows = Int32Array.from({ length: n }, (_, i) => i);
  const cut = Math.floor(share * n);
  return { train: rows.slice(0, cut), test: rows.slice(cut) };
}

/**
 * A random split that gives every class its share: round(share · size) of each class train, at least one on either side
 * where the class has two rows.
 * @param labels class of every row, any integers
 */
export function stratifiedSplit(labels: Int32Array, random: Random, share = 0.8): RowSplit {
  const trains = new Uint8Array(labels.length);
  for (const label of [...new Set(labels)].sort((a, b) => a - b)) {
    const rows = Int32Array.from({ length: labels.length }, (_, i) => i).filter((i) => labels[i] === label);
    const most = Math.max(1, rows.length - 1);
    const count = Math.min(most, Math.max(1, Math.round(share * rows.length)));
    for (const i of random.sample(rows.length, count)) trains[rows[i]!] = 1;
  }
  const rows = Int32Array.from({ length: labels.length }, (_, i) => i);
  return { train: rows.filter((i) => trains[i] === 1), test: rows.filter((i) => trains[i] === 0) };
}

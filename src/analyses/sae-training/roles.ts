import type { Progress } from '../../shared/progress';
import type { StoredRows } from './rows';

/** What becomes of a row: outliers of the held-out documents are measured on beside the others. */
export const ROLE = { train: 0, held: 1, outlier: 2, heldOutlier: 3 } as const;

/** The rows' roles and how many of the rows are outliers, of documents of either kind. */
export interface Roles {
  /** u8 [rows] of `ROLE`. */
  readonly of: Uint8Array;
  readonly outliers: number;
}

/**
 * Gives every row its role. A few tokens in 100,000 besides a sequence's first become attention sinks, with norms a
 * hundred times the others': one of them holds more variance than thousands of tokens, and would be all that a loss or a
 * share of variance sees.
 * @param documents i32 [rows]
 * @param held u8 [documents], 1 = held out
 * @param times a row is an outlier where its norm is more than so many times the median; 0: none is
 */
export async function* rolesOf(
  rows: StoredRows,
  documents: Int32Array,
  held: Uint8Array,
  times: number,
): AsyncGenerator<Progress, Roles> {
  const roles = Uint8Array.from(documents, (document) => (held[document] === 1 ? ROLE.held : ROLE.train));
  if (times === 0) return { of: roles, outliers: 0 };
  const norms = new Float32Array(documents.length);
  for (let chunk = 0; chunk + 1 < rows.starts.length; chunk++) {
    norms.set(normsOf(await rows.read(chunk), rows.width), rows.starts[chunk]);
    yield { phase: 'Norms', done: rows.starts[chunk + 1]!, total: documents.length, unit: 'tokens' };
  }
  const limit = times * norms.slice().sort()[norms.length >> 1]!;
  let outliers = 0;
  norms.forEach((norm, row) => {
    if (norm <= limit) return;
    roles[row] = roles[row] === ROLE.held ? ROLE.heldOutlier : ROLE.outlier;
    outliers += 1;
  });
  return { of: roles, outliers };
}

function normsOf(values: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: values.length / width }, (_, row) => {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += values[i]! * values[i]!;
    return Math.sqrt(sum);
  });
}

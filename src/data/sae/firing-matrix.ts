import { Cancelled, UserError } from '../../shared/errors';
import { openNpyRows } from '../npy-rows';
import type { NpyRows } from '../npy-rows';
import type { FiringPart } from '../../math/cooccurrence/cooccurrence';
import type { FiringBlocks } from './firing';

/** Bytes of the matrix that are held at once. */
const PART_BYTES = 2 ** 25;

export interface MatrixOptions {
  /** Document of each block, ascending from 0; default: each block is one of its own. */
  readonly documents?: Int32Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Firing blocks from a `.npy` matrix [blocks, features] of 0 and 1 (u8, bool or any other type of number), read by rows: it may
 * be larger than memory. It is read through once here, for the counts.
 * @throws UserError that names row and column of a value other than 0 and 1; where nothing fires; for other documents than
 * blocks; Cancelled
 */
export async function firingFromMatrix(path: string, options: MatrixOptions = {}): Promise<FiringBlocks> {
  const matrix = await openNpyRows(path);
  const { rows: blocks, columns: features } = matrix;
  const documents = options.documents ?? Int32Array.from({ length: blocks }, (_, block) => block);
  const counts = new Int32Array(features);
  try {
    checkDocuments(documents, blocks, path);
    for await (const part of partsOf(matrix, path, 0, blocks)) {
      if (options.signal?.aborted === true) throw new Cancelled();
      for (const feature of part.features) counts[feature]! += 1;
    }
  } finally {
    await matrix.close();
  }
  if (!counts.some((count) => count > 0))
    throw new UserError(`${path} holds only zeros: no feature fires`, 'Give 1 where a feature fired in a block.');
  return {
    features,
    blocks,
    counts,
    documents,
    documentTypes: new Int32Array(documents[blocks - 1]! + 1),
    types: ['all'],
    async *read(from = 0, to = blocks) {
      const opened = await openNpyRows(path);
      try {
        yield* partsOf(opened, path, from, to);
      } finally {
        await opened.close();
      }
    },
  };
}

async function* partsOf(matrix: NpyRows, path: string, from: number, to: number): AsyncGenerator<FiringPart> {
  const { columns } = matrix;
  // Features that fired take four bytes each where the matrix has one.
  const most = Math.max(1, Math.floor(PART_BYTES / columns));
  for (let first = from; first < to; first += most) {
    const end = Math.min(to, first + most);
    yield sparse(await matrix.read(first, end), columns, first, path);
  }
}

function sparse(dense: ArrayLike<number>, columns: number, first: number, path: string): FiringPart {
  let fired = 0;
  for (let i = 0; i < dense.length; i += 1) {
    const value = dense[i]!;
    if (value !== 0 && value !== 1) throw neither(value, i, columns, first, path);
    fired += value;
  }
  const rows = dense.length / columns;
  const starts = new Int32Array(rows + 1);
  const features = new Int32Array(fired);
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (dense[row * columns + column] === 1) features[at++] = column;
    }
    starts[row + 1] = at;
  }
  return { first, starts, features };
}

function neither(value: number, i: number, columns: number, first: number, path: string): UserError {
  const place = `row ${first + Math.floor(i / columns)}, column ${i % columns}`;
  return new UserError(
    `${path} holds ${value} at ${place} (from 0), where 0 or 1 is expected`,
    'Save whether each feature’s largest activation in a block exceeds the threshold: (x > 1).astype("uint8").',
  );
}

function checkDocuments(documents: Int32Array, blocks: number, path: string): void {
  if (documents.length !== blocks)
    throw new UserError(
      `${path} has ${blocks} blocks, and documents are given for ${documents.length}`,
      'Give the document of every block.',
    );
  const bad = documents.findIndex((document, block) => {
    const step = document - (block === 0 ? -1 : documents[block - 1]!);
    return step < (block === 0 ? 1 : 0) || step > 1;
  });
  if (bad >= 0)
    throw new UserError(`Block ${bad} is of document ${documents[bad]}`, 'Number documents upwards from 0.');
}

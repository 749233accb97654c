import type { Random } from '../../math/random';
import { UserError } from '../../shared/errors';
import { ROLE } from './roles';
import { CHUNK_ROWS } from './rows';
import type { StoredRows } from './rows';

/**
 * Chunks whose rows are mixed with each other: what is held in memory. The number is fixed, for the order of the rows, and
 * with it the SAE, must not hang on the memory of a machine.
 */
const POOL_CHUNKS = 8;

/** Rows of some chunks that are mixed, and the batches they give. */
interface Pool {
  readonly chunks: readonly number[];
  readonly rows: number;
  readonly batches: number;
  readonly epoch: number;
}

/** Held-out rows f32 [rows, width]: the `usual` ones first, outliers behind them. */
export interface HeldRows {
  readonly values: Float32Array;
  readonly usual: number;
}

/**
 * The order in which a training sees its rows: in every epoch the chunks in random order, eight at a time in memory, their
 * rows shuffled. What is left of a pool when its batches are full is left out in that epoch.
 */
export class BatchPlan {
  readonly steps: number;
  readonly batch: number;
  private readonly pools: readonly Pool[];

  /**
   * @param roles u8 [rows] of `ROLE`
   * @throws UserError where a batch holds more rows than any pool
   */
  constructor(
    private readonly rows: StoredRows,
    private readonly roles: Uint8Array,
    private readonly random: Random,
    options: { readonly batch: number; readonly epochs: number },
  ) {
    const counts = Array.from({ length: rows.starts.length - 1 }, (_, chunk) => this.trained(chunk).length);
    this.batch = Math.min(
      options.batch,
      counts.reduce((sum, count) => sum + count, 0),
    );
    this.pools = Array.from({ length: options.epochs }, (_, epoch) => this.poolsOf(epoch, counts)).flat();
    this.steps = this.pools.reduce((sum, pool) => sum + pool.batches, 0);
  }

  /** Bytes of a pool of so many rows in all, a long sequence more or less. */
  static bytes(count: number, width: number): number {
    return Math.min(count, POOL_CHUNKS * CHUNK_ROWS) * width * 4;
  }

  /**
   * The batches from a step on.
   * @param take copies one row into the batch: pool f32 [rows, width], the row's index, the place in the batch
   */
  async *from(step: number, take: (pool: Float32Array, row: number, place: number) => void): AsyncGenerator<number> {
    let first = 0;
    for (const [index, pool] of this.pools.entries()) {
      const end = first + pool.batches;
      if (step < end) {
        const values = await this.load(pool);
        const order = this.random.fork(`pool ${index}`).permutation(pool.rows);
        for (let at = Math.max(step, first); at < end; at++) {
          const from = (at - first) * this.batch;
          for (let place = 0; place < this.batch; place++) take(values, order[from + place]!, place);
          yield at;
        }
      }
      first = end;
    }
  }

  /** The first rows in the order of the first epoch: for the activations' scale and centre. */
  firstPool(): Promise<Float32Array> {
    return this.load(this.pools[0]!);
  }

  /** Rows of held-out documents in their order, at most so many. */
  async heldOut(most: number): Promise<HeldRows> {
    const { width, starts } = this.rows;
    const usual: Float32Array[] = [];
    const outliers: Float32Array[] = [];
    let total = 0;
    for (let chunk = 0; chunk + 1 < starts.length && total < most; chunk++) {
      const rows = this.rowsOf(chunk, ROLE.held, ROLE.heldOutlier).slice(0, most - total);
      if (rows.length === 0) continue;
      const values = await this.rows.read(chunk);
      const isUsual = (row: number): boolean => this.roles[starts[chunk]! + row] === ROLE.held;
      usual.push(gather(values, rows.filter(isUsual), width));
      outliers.push(
        gather(
          values,
          rows.filter((row) => !isUsual(row)),
          width,
        ),
      );
      total += rows.length;
    }
    const count = usual.reduce((sum, part) => sum + part.length, 0) / width;
    return { values: joined([...usual, ...outliers]), usual: count };
  }

  /** The pools that fill a batch. */
  private poolsOf(epoch: number, counts: readonly number[]): Pool[] {
    const order = Array.from(this.random.fork(`epoch ${epoch}`).permutation(counts.length));
    const pools: Pool[] = [];
    for (let at = 0; at < order.length; at += POOL_CHUNKS) {
      const chunks = order.slice(at, at + POOL_CHUNKS);
      const rows = chunks.reduce((sum, chunk) => sum + counts[chunk]!, 0);
      pools.push({ chunks, rows, batches: Math.floor(rows / this.batch), epoch });
    }
    if (pools.every(({ batches }) => batches === 0)) {
      const most = Math.max(...pools.map(({ rows }) => rows));
      throw new UserError(
        `--batch ${this.batch} is more tokens than are mixed with each other at a time`,
        `Choose a --batch of at most ${most}, or a smaller --held-out.`,
      );
    }
    return pools.filter(({ batches }) => batches > 0);
  }

  private async load({ chunks, rows }: Pool): Promise<Float32Array> {
    const { width } = this.rows;
    const values = new Float32Array(rows * width);
    let at = 0;
    for (const chunk of chunks) {
      const part = gather(await this.rows.read(chunk), this.trained(chunk), width);
      values.set(part, at);
      at += part.length;
    }
    return values;
  }

  private trained(chunk: number): Int32Array {
    return this.rowsOf(chunk, ROLE.train);
  }

  /** Rows within a chunk that have one of the roles. */
  private rowsOf(chunk: number, ...roles: readonly number[]): Int32Array {
    const first = this.rows.starts[chunk]!;
    const length = this.rows.starts[chunk + 1]! - first;
    return Int32Array.from({ length }, (_, row) => row).filter((row) => roles.includes(this.roles[first + row]!));
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function gather(values: Float32Array, rows: Int32Array, width: number): Float32Array {
  const gathered = new Float32Array(rows.length * width);
  rows.forEach((row, i) => gathered.set(values.subarray(row * width, (row + 1) * width), i * width));
  return gathered;
}

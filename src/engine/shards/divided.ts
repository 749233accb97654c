import type { DividedWork, Piece, Pieces } from '../../analyses/contract';
import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import { inLanes } from './lanes';
import { PieceFolder, PiecesInMemory } from './piece-store';
import type { Known, PieceStore } from './piece-store';
import { ShardDone, shareOf } from './share';
import type { Shard } from './share';

/** Who asks for a divided work. */
export interface Host {
  readonly signal: AbortSignal;
  /** The share that this run makes, and the stage that it is of; absent: all. */
  readonly shard?: Shard | undefined;
}

/**
 * Makes the pieces of a work that are missing, in their order (see `RunContext.divided`).
 * @throws ShardDone where the run is a shard of this stage; what `make` throws; Cancelled; UserError where a shard's pieces
 *   cannot be written
 */
export async function* divided(work: DividedWork, { signal, shard }: Host): AsyncGenerator<Progress, Pieces> {
  const { pieces, checkpoint, stage } = work;
  const own = shard?.stage === stage ? shard : undefined;
  if (own !== undefined && checkpoint === undefined)
    throw new Error(`the pieces of ${stage} are kept nowhere: it cannot be sharded`);
  const store =
    checkpoint === undefined ? new PiecesInMemory() : new PieceFolder(checkpoint.folder, stage, own !== undefined);
  const { from, to } = own === undefined ? { from: 0, to: pieces.length } : shareOf(pieces.length, own);
  const meter = new Meter(work, from, to);
  const missing: number[] = [];
  for (let index = from; index < to; index += 1) {
    const known = await store.find(pieces[index]!);
    if (known === undefined) missing.push(index);
    else meter.took(index, known);
  }
  const make = async function* (indices: readonly number[]): AsyncGenerator<Progress, void> {
    const made = yield* told(work, indices, meter, signal);
    for (const [i, index] of indices.entries()) meter.took(index, await store.put(pieces[index]!, made[i]!));
    yield meter.progress();
  };
  const found = meter.progress();
  if (found.total > 0) yield found;
  const calls = callsOf(missing, work);
  const lanes = Math.min(work.atOnce ?? 1, calls.length);
  if (lanes <= 1) for (const indices of calls) yield* make(indices);
  else {
    const drained = async (call: number): Promise<void> => {
      const steps = make(calls[call]!);
      while ((await steps.next()).done !== true) continue;
    };
    yield* inLanes(calls.length, lanes, drained, () => meter.progress());
  }
  if (own !== undefined) {
    const folder = checkpoint!.folder;
    throw new ShardDone({ pieces: to - from, made: missing.length, ...meter.totals, unit: work.unit, folder });
  }
  return { read: (index) => readOrMake(work, index, store) };
}

/** Indices that go into one call of `make` each. */
function callsOf(missing: readonly number[], { together }: DividedWork): number[][] {
  const calls: number[][] = [];
  for (const index of missing) {
    const call = calls.at(-1);
    const last = call?.at(-1);
    if (call !== undefined && last === index - 1 && together?.(last, index) === true) call.push(index);
    else calls.push([index]);
  }
  return calls;
}

/** What `make` gives; its progress is told as a part of all. */
async function* told(
  { make, phase }: DividedWork,
  indices: readonly number[],
  meter: Meter,
  signal: AbortSignal,
): AsyncGenerator<Progress, readonly Piece[]> {
  const steps = make(indices);
  try {
    for (;;) {
      if (signal.aborted) throw new Cancelled();
      const step = await steps.next();
      if (step.done === true) return step.value;
      yield step.value.phase === phase ? meter.progress(step.value) : step.value;
    }
  } finally {
    await steps.return([]);
  }
}

async function readOrMake({ pieces, make }: DividedWork, index: number, store: PieceStore): Promise<Piece> {
  const name = pieces[index]!;
  const kept = await store.read(name);
  if (kept !== undefined) return kept;
  const steps = make([index]);
  let step = await steps.next();
  while (step.done !== true) step = await steps.next();
  const [piece] = step.value;
  await store.put(name, piece!);
  return piece!;
}

/** How far a work is, in its own unit. */
class Meter {
  private done = 0;
  private bytes = 0;
  /** Pieces done that took something, and pieces still to come. */
  private counted = 0;
  private readonly left: Set<number>;

  constructor(
    private readonly work: DividedWork,
    from: number,
    to: number,
  ) {
    this.left = new Set(Array.from({ length: to - from }, (_, i) => from + i));
  }

  took(index: number, { work, bytes }: Known): void {
    this.left.delete(index);
    this.done += work;
    this.bytes += bytes;
    if (work > 0) this.counted += 1;
  }

  get totals(): { readonly work: number; readonly bytes: number } {
    return { work: this.done, bytes: this.bytes };
  }

  /** @param current of the call under way, which counts from 0 */
  progress(current: { readonly done: number; readonly total: number } = { done: 0, total: 0 }): Progress {
    const { phase, unit, sizes } = this.work;
    // Parts of a piece are told as whole units.
    const done = Math.floor(this.done + current.done + 1e-9);
    return { phase, done, total: Math.max(done, Math.round(this.done + this.expected(current.total, sizes))), unit };
  }

  private expected(current: number, sizes: readonly number[] | undefined): number {
    if (sizes !== undefined) return [...this.left].reduce((sum, index) => sum + sizes[index]!, 0);
    const mean = this.counted > 0 ? this.done / this.counted : current;
    return current + mean * Math.max(0, this.left.size - (current > 0 ? 1 : 0));
  }
}

import { formatDuration } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { WindowRequest } from './features';

/** Tokens that are timed: one full batch. */
const MEASURED = 512;

/** Times the model once, before the first window is computed: a run that finds all of them cached never loads it. */
export class Stopwatch {
  /** What the windows are expected to take; 0 until it is known. */
  seconds = 0;
  private told = false;

  constructor(
    private readonly sequences: readonly Int32Array[],
    private readonly request: WindowRequest,
  ) {}

  /**
   * Says how long the rest will take; only the first time.
   * @param tokens that are still to be run, at most, in how many `parts`
   */
  async *once(tokens: number, parts: number): AsyncGenerator<Progress, void> {
    if (this.told) return;
    this.told = true;
    const sample = typicalBatch(this.sequences);
    const own = sample.reduce((sum, { length }) => sum + length, 0);
    // One sequence is little but loading the weights, which streaming does for every part.
    const once = yield* this.timed(sample.slice(0, 1), 0);
    const batch = yield* this.timed(sample, 1);
    const share = tokens / own;
    const streaming = this.request.model.executor === 'streaming';
    this.seconds = streaming ? parts * once + Math.max(0, batch - once) * share : batch * share;
    const phase = `Estimated time of the windows: ${formatDuration(this.seconds)}`;
    yield { phase, done: 0, total: tokens, unit: 'tokens' };
  }

  private async *timed(sample: readonly Int32Array[], done: number): AsyncGenerator<Progress, number> {
    const { model, layers, context } = this.request;
    const start = performance.now();
    const steps = model.activations(sample, { pooling: 'last', layers, signal: context.signal });
    const progress = { phase: 'Estimating the time', done, total: 2, unit: 'measurements' };
    yield progress;
    while ((await steps.next()).done !== true) yield progress;
    return (performance.now() - start) / 1000;
  }
}

/** Sequences around the one in which half of all tokens have passed. @param sequences shortest first */
function typicalBatch(sequences: readonly Int32Array[]): Int32Array[] {
  const half = sequences.reduce((sum, { length }) => sum + length, 0) / 2;
  let passed = 0;
  const middle = sequences.findIndex(({ length }) => (passed += length) >= half);
  const count = Math.max(1, Math.floor(MEASURED / sequences[middle]!.length));
  return sequences.slice(Math.max(0, Math.min(middle, sequences.length - count))).slice(0, count);
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../shared/progress';

/** Milliseconds between two signs of life. */
const BEAT_MS = 500;

/** Waits for work that reports nothing of its own, and says every half second what is under way. */
export async function* waitFor<T>(work: Promise<T>, progress: Progress): AsyncGenerator<Progress, T> {
  const settled = work.then(
    () => true,
    () => true,
  );
  for (;;) {
    const timer = new AbortController();
    const done = await Promise.race([settled, beat(timer.signal)]);
    timer.abort();
    if (done) return await work;
    yield progress;
  }
}

function beat(signal: AbortSignal): Promise<false> {
  return delay(BEAT_MS, false as const, { signal }).catch(() => false as const);
}

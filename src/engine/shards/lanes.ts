import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../shared/progress';

/** Milliseconds between two signs of life. */
const BEAT_MS = 500;

/**
 * Does `work` for 0 … count − 1, at most `atOnce` at a time, and says with each that is done, and every half second, how
 * far it is. After a failure none begins any more; it is thrown when those under way have ended.
 */
export async function* inLanes(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
  progress: (done: number) => Progress,
): AsyncGenerator<Progress, void> {
  let [next, done, stopped] = [0, 0, false];
  let stir = (): void => undefined;
  const lane = async (): Promise<void> => {
    try {
      while (next < count && !stopped) {
        await work(next++);
        done += 1;
        stir();
      }
    } catch (error) {
      stopped = true;
      throw error;
    }
  };
  let ended = false;
  const all = Promise.allSettled(Array.from({ length: Math.min(count, atOnce) }, lane)).then((lanes) => {
    ended = true;
    return lanes;
  });
  try {
    while (!ended) {
      yield progress(done);
      const timer = new AbortController();
      const stirred = new Promise<void>((resolve) => (stir = resolve));
      await Promise.race([all, stirred, delay(BEAT_MS, undefined, { signal: timer.signal }).catch(() => undefined)]);
      timer.abort();
    }
  } finally {
    stopped = true;
    await all;
  }
  for (const outcome of await all) if (outcome.status === 'rejected') throw outcome.reason;
  yield progress(done);
}

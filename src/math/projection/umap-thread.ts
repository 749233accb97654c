import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { setImmediate } from 'node:timers/promises';
import { Cancelled } from '../../shared/errors';
import { umapLayout } from './umap';
import type { UmapRequest } from './umap';
import type { UmapMessage } from './umap-worker';

/** The bundle that lies beside the engine's and the command line's; there is none when the sources run. */
const besides = (): string => fileURLToPath(new URL('umap.js', import.meta.url));

/** A layout under way. */
export interface UmapRun {
  /** Epochs done of all, as last heard. */
  readonly progress: { readonly done: number; readonly total: number };
  /** f32 [points, components]. @throws Cancelled where the signal fired */
  readonly layout: Promise<Float32Array>;
  /** Ends it, wherever it is; `layout` is then rejected with `Cancelled`. */
  stop(): void;
}

/**
 * Starts `umapLayout` in a worker thread, beside whatever else is computed; without the bundle, in turns of this thread.
 * @param entry the worker's bundle
 */
export function startUmap(request: UmapRequest, signal: AbortSignal, entry = besides()): UmapRun {
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  signal.addEventListener('abort', stop, { once: true });
  const progress = { done: 0, total: 1 };
  const ended = (existsSync(entry) ? inWorker : inTurns)(request, stopped.signal, progress, entry);
  const layout = ended.finally(() => signal.removeEventListener('abort', stop));
  // Whoever stops it does not wait for it.
  layout.catch(() => undefined);
  return { progress, layout, stop };
}

interface Told {
  done: number;
  total: number;
}

function inWorker(request: UmapRequest, signal: AbortSignal, told: Told, entry: string): Promise<Float32Array> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Cancelled());
      return;
    }
    const worker = new Worker(entry, { workerData: request });
    const cancel = (): void => {
      reject(new Cancelled());
      void worker.terminate();
    };
    signal.addEventListener('abort', cancel, { once: true });
    worker.on('message', (message: UmapMessage) => {
      if ('layout' in message) resolve(message.layout);
      else Object.assign(told, message);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', cancel);
      reject(new Error(`The UMAP worker ended by itself (code ${code}).`));
    });
  });
}

async function inTurns(request: UmapRequest, signal: AbortSignal, told: Told): Promise<Float32Array> {
  const steps = umapLayout(request);
  for (;;) {
    if (signal.aborted) throw new Cancelled();
    const step = steps.next();
    if (step.done === true) return step.value;
    Object.assign(told, step.value);
    await setImmediate();
  }
}

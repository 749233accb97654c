import { parentPort, workerData } from 'node:worker_threads';
import type { UmapRequest } from './umap';
import { umapLayout } from './umap';

/** What the worker says: how far it is, then where the points are. */
export type UmapMessage = { readonly done: number; readonly total: number } | { readonly layout: Float32Array };

/** Entry of `dist/umap.js`, a worker thread: one layout from `workerData`. ONNX Runtime is never loaded here. */
const steps = umapLayout(workerData as UmapRequest);
for (;;) {
  const step = steps.next();
  const message: UmapMessage = step.done === true ? { layout: step.value } : step.value;
  parentPort!.postMessage(message);
  if (step.done === true) break;
}

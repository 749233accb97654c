// Our side of bench/context, bundled by run.mjs: node ours.mjs MODEL CACHE TEXTS.json LENGTHS EVERY shared|alone
//   TEXTS.json: words of every text.
//   shared: the windows of the lengths as `brainlens context` runs them; alone: every EVERYth window by itself.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { RunContext } from '../../src/analyses/contract';
import { windowFeatures } from '../../src/analyses/context/features';
import { shareWindows } from '../../src/analyses/context/sharing';
import { wordTexts } from '../../src/analyses/context/texts';
import { openTransformer } from '../../src/models/open';
import type { Progress } from '../../src/shared/progress';

const [path, cacheFolder, file, list, every, mode] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  'shared' | 'alone',
];
const given = JSON.parse(readFileSync(file, 'utf8')) as string[][];
const words = given.flatMap((text, run) => text.map((word) => ({ word, run: String(run) })));
const lengths = list.split(',').map(Number);
const { signal } = new AbortController();
const threads = availableParallelism();
const model = await openTransformer(path, { cacheFolder, signal, memory: 4e9, threads, executor: 'auto' });
const { layers, width } = model.description;
const texts = wordTexts({ name: 'bench', words }, model.tokenizer);
const picked = words.flatMap((_, word) => (word % Number(every) === 0 ? [word] : []));

async function ended<T>(steps: AsyncGenerator<Progress, T>): Promise<T> {
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
  }
}
const activations = (sequences: readonly Int32Array[]): Promise<Float32Array> =>
  ended(model.activations(sequences, { pooling: 'last', signal }));

/** Layers in memory: what the disk takes is not timed. */
const inMemory: RunContext['cached'] = async function* (_, shape, compute) {
  const data = Array.from({ length: shape.layers }, () => new Float32Array(shape.rows * shape.width));
  yield* compute({ write: (layer, row, slab) => Promise.resolve(data[layer]!.set(slab, row * width)) });
  return { shape, read: (layer) => Promise.resolve(data[layer]!) };
};
const context = {
  signal,
  memory: 4e9,
  threads,
  executor: 'auto',
  seed: 0,
  openModel: () => Promise.resolve(model),
  hash: (name: string) => Promise.resolve(name),
  cached: inMemory,
} as unknown as RunContext;

// Loading the model is not timed.
await activations([texts.texts[0]!.subarray(0, 20)]);
const sample: { length: string; word: number; values: number[] }[] = [];
const take = (length: number, word: number, row: Float32Array): void =>
  void sample.push({ length: String(length), word, values: [...row.subarray(0, 8)] });

let seconds = 0;
let tokens = 0;
if (mode === 'shared') {
  const start = performance.now();
  const windows = shareWindows(texts, lengths, 'last');
  const all = Array.from({ length: layers }, (_, layer) => layer);
  const read = await ended(windowFeatures(windows, { path, model, layers: all, context }));
  seconds = (performance.now() - start) / 1000;
  tokens = windows.sequences.reduce((sum, ids) => sum + ids.length, 0);
  for (const [l, length] of lengths.entries()) {
    const rows = await read.layer(l, layers - 1);
    for (const word of picked) take(length, word, rows.subarray(word * width, (word + 1) * width));
  }
} else {
  for (const length of lengths) {
    const start = performance.now();
    for (const word of picked) {
      const end = texts.ends[word]!;
      const window = texts.texts[texts.text[word]!]!.subarray(Math.max(0, end - length), end);
      const stream = await activations([window]);
      tokens += window.length;
      take(length, word, stream.subarray((layers - 1) * width, layers * width));
    }
    seconds += ((performance.now() - start) / 1000) * (words.length / picked.length);
  }
}
await model.dispose();
console.log(JSON.stringify({ seconds, tokens, sample }));

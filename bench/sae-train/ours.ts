// One training of the benchmark: node <bundle> <settings.json> <training chunk.npy …> -- <held-out chunk.npy>
import { readFileSync } from 'node:fs';
import { measureFit } from '../../src/analyses/sae-training/measure';
import { scalingOf } from '../../src/analyses/sae-training/scale';
import { Gemm } from '../../src/math/gemm';
import { Random } from '../../src/math/random';
import { SaeTrainer } from '../../src/math/sae-training/trainer';

interface Settings {
  readonly features: number;
  readonly k: number;
  readonly batch: number;
  readonly epochs: number;
  readonly rate: number;
  readonly warmup: number;
  readonly deadAfter: number;
  readonly outliers: number;
  readonly threads: number;
}

const [settingsFile, ...files] = process.argv.slice(2);
const settings = JSON.parse(readFileSync(settingsFile!, 'utf8')) as Settings;
const split = files.indexOf('--');
const width = 576;

/** A chunk of the activation cache: NPY with a digest behind its data. */
function chunk(file: string): Float32Array {
  const bytes = readFileSync(file);
  const start = 10 + bytes.readUInt16LE(8);
  return new Float32Array(Uint8Array.from(bytes.subarray(start, bytes.length - 32)).buffer);
}

/** Rows of all files without outliers in their norm. */
function rowsOf(paths: readonly string[]): Float32Array {
  const all = paths.map(chunk).reduce(concat);
  const norms = Float32Array.from({ length: all.length / width }, (_, row) =>
    Math.sqrt(all.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value * value, 0)),
  );
  const limit = settings.outliers * norms.slice().sort()[norms.length >> 1]!;
  const kept = Array.from(norms.keys()).filter((row) => norms[row]! <= limit);
  const rows = new Float32Array(kept.length * width);
  kept.forEach((row, i) => rows.set(all.subarray(row * width, (row + 1) * width), i * width));
  return rows;
}

function concat(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

const rows = rowsOf(files.slice(0, split));
const held = rowsOf(files.slice(split + 1));
const { factor, centre, variance } = scalingOf(rows, width);
const count = rows.length / width;
const perEpoch = Math.floor(count / settings.batch);
const start = performance.now();
const gemm = new Gemm(settings.threads);
const trainer = new SaeTrainer(
  {
    ...{ ...settings, width, variance, steps: perEpoch * settings.epochs, decay: 0.2, clip: 1 },
    ...{ auxK: width / 2, auxCoefficient: 1 / 32 },
  },
  gemm,
);
trainer.initialise(new Random(0), centre);
let loss = 0;
for (let epoch = 0; epoch < settings.epochs; epoch++) {
  const order = new Random(0, `epoch ${epoch}`).permutation(count);
  for (let step = 0; step < perEpoch; step++) {
    for (let place = 0; place < settings.batch; place++) {
      const from = order[step * settings.batch + place]! * width;
      for (let c = 0; c < width; c++) trainer.rows[place * width + c] = rows[from + c]! * factor;
    }
    ({ loss } = await trainer.step(settings.batch));
  }
}
const seconds = (performance.now() - start) / 1000;
const { varianceExplained, l0 } = await measureFit(trainer, held, factor);
await gemm.dispose();
console.log(JSON.stringify({ seconds, steps: perEpoch * settings.epochs, loss, varianceExplained, l0 }));

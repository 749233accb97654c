// Our side of bench/ridge, bundled by run.mjs: node ours.mjs ENCODER FOLDER nested|loo [LAYERS] [FOLDS]
import { openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { AlphaChoice, LayerScores, Targets } from '../../src/math/encoding/encoding';
import { processPool } from '../../src/math/encoding/processes';
import type { FoldPlan } from '../../src/math/folds';
import { givenPlan } from '../../src/math/folds/contiguous';

const [entry, folder, alpha, layersAsked, foldsAsked] = process.argv.slice(2) as [
  string,
  string,
  AlphaChoice,
  string?,
  string?,
];
const shape = JSON.parse(readFileSync(join(folder, 'shape.json'), 'utf8')) as Record<
  'rows' | 'columns' | 'layers' | 'targets',
  number
>;
const read = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(folder, name))).buffer;
const targets = { data: new Float64Array(read('responses.f64')), units: shape.targets };
const all = givenPlan(new Int32Array(read('folds.i32')), 'folds');
const plan = { ...all, outer: all.outer.slice(0, Number(foldsAsked ?? all.outer.length)) };
const file = openSync(join(folder, 'features.f32'), 'r');
const options = {
  alpha,
  alphas: Float64Array.from({ length: 12 }, (_, i) => 10 ** (i - 3)),
  signal: new AbortController().signal,
};
const pool = processPool({ entry });

async function scored(features: Float32Array, width: number, by: FoldPlan, responses: Targets): Promise<LayerScores> {
  const encoder = await pool.layer(features, width, by, options);
  const found = await encoder.score(responses);
  encoder.release();
  return found;
}

const read32 = (layer: number): Float32Array => {
  const features = new Float32Array(shape.rows * shape.columns);
  readSync(file, new Uint8Array(features.buffer), 0, features.byteLength, layer * features.byteLength);
  return features;
};

// Starting Node, its processes and ONNX Runtime is not timed, as starting Python is not.
const atOnce = pool.parallel(plan, shape.columns);
const warm = givenPlan(
  Array.from({ length: shape.rows }, (_, i) => Number(i % 2 > 0)),
  'warm',
);
const few = new Float32Array(shape.rows * 3).map((_, i) => i % 7);
const one = { data: new Float64Array(shape.rows).map((_, i) => i % 3), units: 1 };
await Promise.all(Array.from({ length: atOnce }, () => scored(few, 3, warm, one)));

const layers = Number(layersAsked ?? shape.layers);
const found: LayerScores[] = [];
let next = 0;
const lane = async (): Promise<void> => {
  while (next < layers) {
    const layer = next++;
    found[layer] = await scored(read32(layer), shape.columns, plan, targets);
  }
};
const start = performance.now();
await Promise.all(Array.from({ length: atOnce }, lane));
const seconds = (performance.now() - start) / 1000 / layers;
const scores = found.flatMap((layer) =>
  plan.outer.map((_, fold) => [...layer.scores.subarray(fold * targets.units, (fold + 1) * targets.units)]),
);
const usage = childrenOf(process.pid);
await pool.dispose();
console.log(JSON.stringify({ seconds: [seconds], scores, childrenBytes: usage.peak, cpuPerLayer: usage.cpu / layers }));

/** Peaks of the encoder processes, and CPU seconds of all since they began; NaN where there is no /proc. */
function childrenOf(pid: number): { peak: number; cpu: number } {
  try {
    const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const peaks = pids.map((child) => /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))![1]!);
    const ticks = [String(pid), ...pids].map((each) => {
      const fields = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ')[1]!.split(' ');
      return Number(fields[11]) + Number(fields[12]);
    });
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    return { peak: sum(peaks.map(Number)) * 1024, cpu: sum(ticks) / 100 };
  } catch {
    return { peak: NaN, cpu: NaN };
  }
}

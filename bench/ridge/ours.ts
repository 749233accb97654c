// Our side of bench/ridge, bundled by run.mjs: node ours.mjs FOLDER nested|loo [LAYERS] [FOLDS]
import { openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { AlphaChoice } from '../../src/math/encoding/encoding';
import { encoderPool } from '../../src/math/encoding/pool';
import { givenPlan } from '../../src/math/folds/contiguous';

const [folder, alpha, layersAsked, foldsAsked] = process.argv.slice(2) as [string, AlphaChoice, string?, string?];
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
const pool = encoderPool();
const warm = givenPlan(
  Array.from({ length: 20 }, (_, i) => Number(i > 9)),
  'warm',
);
await (
  await pool.layer(
    new Float32Array(60).map((_, i) => i % 7),
    3,
    warm,
    options,
  )
).score({
  data: new Float64Array(20).map((_, i) => i % 3),
  units: 1,
});
const seconds: number[] = [];
const scores: number[][] = [];
for (let layer = 0; layer < Number(layersAsked ?? shape.layers); layer++) {
  const features = new Float32Array(shape.rows * shape.columns);
  readSync(file, new Uint8Array(features.buffer), 0, features.byteLength, layer * features.byteLength);
  const start = performance.now();
  const encoder = await pool.layer(features, shape.columns, plan, options);
  const found = await encoder.score(targets);
  encoder.release();
  seconds.push((performance.now() - start) / 1000);
  for (let fold = 0; fold < plan.outer.length; fold++) {
    scores.push([...found.scores.subarray(fold * targets.units, (fold + 1) * targets.units)]);
  }
}
await pool.dispose();
console.log(JSON.stringify({ seconds, scores }));

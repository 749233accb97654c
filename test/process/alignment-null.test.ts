import { expect, test } from 'vitest';
import { subjectsOf } from '../../src/analyses/alignment/aggregate';
import { clustersOf } from '../../src/analyses/alignment/clusters';
import type { Recording } from '../../src/analyses/alignment/data';
import { encodingPieces } from '../../src/analyses/alignment/encode';
import { inPieces } from '../../src/analyses/alignment/pieces';
import { divided } from '../../src/engine/shards/divided';
import { foldsOf } from '../../src/analyses/alignment/folds';
import { nullOfResponses } from '../../src/analyses/alignment/null';
import { unitRows } from '../../src/analyses/alignment/summarise';
import type { RunContext } from '../../src/analyses/contract';
import { encoderPool } from '../../src/math/encoding/pool';
import { Gemm } from '../../src/math/gemm';
import { Random } from '../../src/math/random';

const RHO = 0.8;
const [SETS, UNITS, RUN, RUNS, WIDTH, DRAWS] = [20, 10, 120, 2, 6, 39];
const ROWS = RUN * RUNS;

/** First-order autoregressive noise, each run from its stationary distribution: f64 [rows, columns]. */
function noise(columns: number, random: Random): Float64Array {
  const out = new Float64Array(ROWS * columns);
  for (let column = 0; column < columns; column += 1) {
    let last = 0;
    for (let row = 0; row < ROWS; row += 1) {
      const shock = Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
      last = row % RUN === 0 ? shock : RHO * last + Math.sqrt(1 - RHO ** 2) * shock;
      out[row * columns + column] = last;
    }
  }
  return out;
}

function recordingOf(responses: Float64Array): Recording {
  const runs = Array.from({ length: RUNS }, (_, r) => ({ run: String(r), start: r * RUN, length: RUN }));
  return {
    name: 'noise',
    simulated: true,
    granularity: 'timeseries',
    rows: ROWS,
    targets: Array.from({ length: UNITS }, (_, u) => ({
      id: String(u),
      subject: '',
      summary: false,
      covariates: {},
      labels: {},
      ceiling: NaN,
    })),
    responses,
    labels: {},
    runs,
    stretches: runs,
    span: 4,
  };
}

/** Share of 200 units of noise with p ≤ 0.05 under one way of shuffling. */
async function falsePositives(granularity: 'timeseries' | 'rows'): Promise<number> {
  const context = { signal: new AbortController().signal, warn: () => undefined } as unknown as RunContext;
  const pool = encoderPool(1);
  const gemm = new Gemm(1);
  let found = 0;
  for (let set = 0; set < SETS; set += 1) {
    const random = new Random(set, 'noise');
    const features = noise(WIDTH, random);
    const recording = recordingOf(noise(UNITS, random));
    const folds = await foldsOf(undefined, recording, context);
    const shuffledAs = granularity === 'rows' ? { ...recording, runs: [], span: 0 } : recording;
    const as = granularity === 'rows' ? { plan: folds.plan, kind: 'kfold' as const, gap: 0 } : folds;
    const { draws } = nullOfResponses(DRAWS, shuffledAs, as, random.fork('null'), context);
    const subjects = subjectsOf(recording.targets);
    const layers = { layers: [0], of: 1, width: WIDTH, layer: () => Promise.resolve(features) };
    const job = {
      features: layers,
      recording,
      plan: folds.plan,
      options: { alpha: 'loo' as const, alphas: Float64Array.of(1, 100), signal: context.signal },
      pool,
      gemm,
      subjects,
      average: 'median' as const,
      bootstrap: 1,
      clusters: clustersOf(recording, undefined),
      draws,
      random,
    };
    const steps = inPieces([encodingPieces(job, 'noise')], {
      divided: (work) => divided(work, { signal: context.signal }),
      checkpoint: undefined,
      phase: 'noise',
      atOnce: 1,
    });
    for (;;) {
      const step = await steps.next();
      if (step.done !== true) continue;
      const scored = { encoded: step.value[0], features: layers, recording, subjects, average: 'median' as const };
      found += unitRows({ ...scored, folds: folds.plan.outer.length }).filter(({ p }) => p <= 0.05).length;
      break;
    }
  }
  await pool.dispose();
  await gemm.dispose();
  return found / (SETS * UNITS);
}

test('circular shifts hold the false-positive rate on autocorrelated noise, which shuffled rows do not', async () => {
  const shifts = await falsePositives('timeseries');
  const rows = await falsePositives('rows');
  expect(shifts).toBeLessThanOrEqual(0.1);
  expect(rows).toBeGreaterThan(shifts);
});

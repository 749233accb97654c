import { afterAll, describe, expect, test } from 'vitest';
import { BatchPlan } from '../../../../src/analyses/sae-training/batches';
import { measureFit, withOutliers } from '../../../../src/analyses/sae-training/measure';
import { ROLE, rolesOf } from '../../../../src/analyses/sae-training/roles';
import type { Roles } from '../../../../src/analyses/sae-training/roles';
import type { StoredRows } from '../../../../src/analyses/sae-training/rows';
import { Gemm } from '../../../../src/math/gemm';
import { Random } from '../../../../src/math/random';
import { SaeTrainer } from '../../../../src/math/sae-training/trainer';
import { UserError } from '../../../../src/shared/errors';

const WIDTH = 4;
const gemm = new Gemm(1);
afterAll(() => gemm.dispose());

describe('held-out rows with outliers of the norm', () => {
  test('outliers of held-out documents stand behind the others, and training sees none of either kind', async () => {
    const { rows, roles } = await sample();
    expect(roles.outliers).toBe(2);
    expect(roles.of[5]).toBe(ROLE.outlier);
    expect(roles.of[25]).toBe(ROLE.heldOutlier);
    const held = await new BatchPlan(rows, roles.of, new Random(0), { batch: 4, epochs: 1 }).heldOut(100);
    expect(held.usual).toBe(19);
    expect(held.values.length / WIDTH).toBe(20);
    expect(held.values.slice(19 * WIDTH)).toEqual((await rows.read(2)).slice(5 * WIDTH, 6 * WIDTH));
  });

  test('the fit with outliers is the fit of all rows at once, and far from the one without them', async () => {
    const { rows, roles } = await sample();
    const held = await new BatchPlan(rows, roles.of, new Random(0), { batch: 4, epochs: 1 }).heldOut(100);
    const trainer = makeTrainer();
    const without = await measureFit(trainer, held.values.subarray(0, held.usual * WIDTH), 0.5);
    const whole = await withOutliers(without, trainer, held.values, 0.5);
    const atOnce = await measureFit(trainer, held.values, 0.5);
    expect(whole.tokens).toBe(20);
    // The same float32 reconstructions, summed in another order.
    expect(whole.varianceExplained).toBeCloseTo(atOnce.varianceExplained, 6);
    expect(whole.meanSquaredError / atOnce.meanSquaredError).toBeCloseTo(1, 6);
    expect(whole.meanSquaredError).toBeGreaterThan(10 * without.meanSquaredError);
  });

  test('without outliers both are equal', async () => {
    const { rows, documents, held } = source();
    const { of, outliers } = await finish(rolesOf(rows, documents, held, 0));
    expect(outliers).toBe(0);
    const { values, usual } = await new BatchPlan(rows, of, new Random(0), { batch: 4, epochs: 1 }).heldOut(100);
    expect(usual * WIDTH).toBe(values.length);
    const trainer = makeTrainer();
    const fit = await measureFit(trainer, values, 1);
    const { tokens, varianceExplained, meanSquaredError } = fit;
    expect(await withOutliers(fit, trainer, values, 1)).toEqual({ tokens, varianceExplained, meanSquaredError });
  });
});

describe('batches', () => {
  test('a batch that no pool of chunks fills is refused by name', () => {
    const starts = Int32Array.from({ length: 17 }, (_, i) => i * 10);
    const rows: StoredRows = { width: 1, starts, read: () => Promise.resolve(new Float32Array(10)) };
    const plan = (batch: number): BatchPlan =>
      new BatchPlan(rows, new Uint8Array(160), new Random(0), { batch, epochs: 1 });
    expect(plan(80).steps).toBe(2);
    expect(() => plan(81)).toThrow(UserError);
    expect(() => plan(81)).toThrow(/--batch 81 /);
  });
});

/** Two documents of 20 rows, the second held out, in chunks of 10; row 5 and row 25 are a hundred times the others. */
function source(): { rows: StoredRows; documents: Int32Array; held: Uint8Array } {
  const random = new Random(3);
  const values = Float32Array.from({ length: 40 * WIDTH }, () => random.normal());
  for (const row of [5, 25]) for (let c = 0; c < WIDTH; c++) values[row * WIDTH + c]! *= 100;
  const read = (chunk: number): Promise<Float32Array> =>
    Promise.resolve(values.slice(chunk * 10 * WIDTH, (chunk + 1) * 10 * WIDTH));
  return {
    rows: { width: WIDTH, starts: Int32Array.of(0, 10, 20, 30, 40), read },
    documents: Int32Array.from({ length: 40 }, (_, row) => Number(row >= 20)),
    held: Uint8Array.of(0, 1),
  };
}

async function sample(): Promise<{ rows: StoredRows; roles: Roles }> {
  const { rows, documents, held } = source();
  return { rows, roles: await finish(rolesOf(rows, documents, held, 10)) };
}

function makeTrainer(): SaeTrainer {
  const settings = {
    ...{ features: 8, width: WIDTH, k: 2, batch: 6, variance: 1, deadAfter: 100, rate: 0.01, steps: 1, warmup: 0 },
    ...{ decay: 0.2, clip: 1, auxK: 0, auxCoefficient: 0 },
  };
  const trainer = new SaeTrainer(settings, gemm);
  trainer.initialise(new Random(1), new Float32Array(WIDTH));
  return trainer;
}

async function finish<T>(steps: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
  }
}

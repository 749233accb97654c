import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readNpyFile } from '../../../../src/data/npy-file';
import { Gemm } from '../../../../src/math/gemm';
import { Random } from '../../../../src/math/random';
import { SaeTrainer } from '../../../../src/math/sae-training/trainer';
import type { StepMeasures, TrainerSettings } from '../../../../src/math/sae-training/trainer';
import type { Parameters } from '../../../../src/math/sae-training/state';

type Arrays = Record<'encoder' | 'decoder' | 'encoderBias' | 'decoderBias', number[]>;

const folder = join(import.meta.dirname, '../../../golden/sae-training');
const golden = JSON.parse(readFileSync(join(folder, 'golden.json'), 'utf8')) as {
  settings: TrainerSettings;
  initial: Arrays;
  gradients: Record<string, Arrays>;
  steps: (StepMeasures & { learningRate: number })[];
  final: Arrays;
};
const NAMES = ['encoder', 'decoder', 'encoderBias', 'decoderBias'] as const;
/** Float32 against PyTorch in float64, gradients of order 0.1 to 1: measured 2.2e-6. */
const GRADIENT = 1e-5;
/** Relative above 1, where losses begin: measured 1.2e-5 of 5. */
const MEASURE = 1e-5;
/** After twenty steps of Adam, which divides small gradients by their own size. */
const PARAMETER = 1e-4;

const gemm = new Gemm(1);
const batches = (await readNpyFile(join(folder, 'batches.npy'))).data as Float32Array;
afterAll(() => gemm.dispose());

describe('a training of a TopK SAE', () => {
  test('has the losses, dead features and gradient norms of PyTorch at every step', async () => {
    const { trainer } = await trained(0);
    for (const [step, expected] of golden.steps.entries()) {
      const measures = await stepOn(trainer, step);
      expect(measures.dead).toBe(expected.dead);
      expect(measures.l0).toBeCloseTo(expected.l0, 10);
      for (const name of ['loss', 'auxiliary', 'gradientNorm'] as const)
        expect(Math.abs(measures[name] - expected[name]), `${name} at step ${step}`).toBeLessThan(
          MEASURE * Math.max(1, expected[name]),
        );
    }
    expect(golden.steps.some(({ dead }) => dead > golden.settings.auxK)).toBe(true);
    expect(golden.steps[0]!.gradientNorm).toBeGreaterThan(golden.settings.clip);
  });

  test.each(['0', '8'])('has the gradients of autograd at step %s', async (at) => {
    const { trainer } = await trained(Number(at));
    const before = trainer.parameters.decoder.slice();
    await stepOn(trainer, Number(at));
    const { gradients } = trainer.state;
    for (const name of NAMES) {
      const expected = golden.gradients[at]![name];
      // The trainer has taken the part along each decoder row off already.
      const wanted = name === 'decoder' ? perpendicular(expected, before) : expected;
      expect(largest(gradients[name], wanted), name).toBeLessThan(GRADIENT);
    }
  });

  test('ends with the parameters of PyTorch, every decoder row of length 1', async () => {
    const { trainer } = await trained(golden.settings.steps);
    for (const name of NAMES)
      expect(largest(trainer.parameters[name], golden.final[name]), name).toBeLessThan(PARAMETER);
    for (let feature = 0; feature < golden.settings.features; feature++)
      expect(lengthOf(trainer.parameters.decoder, feature)).toBeCloseTo(1, 6);
  });

  test('taken up from its bytes goes on to the same bits', async () => {
    const { trainer: straight } = await trained(golden.settings.steps);
    const { trainer: early } = await trained(7);
    const late = makeTrainer();
    expect(late.state.restore(early.state.serialise())).toBe(true);
    for (let step = 7; step < golden.settings.steps; step++) await stepOn(late, step);
    expect(Buffer.from(late.state.serialise()).equals(straight.state.serialise())).toBe(true);
  });

  test('does not take up the bytes of another size', () => {
    const trainer = makeTrainer();
    expect(trainer.state.restore(new Uint8Array(100))).toBe(false);
    expect(trainer.state.step).toBe(0);
  });

  test('starts from a seed: unit decoder rows, the encoder their transpose, the bias at the centre', () => {
    const [one, same, other] = [3, 3, 4].map((seed) => {
      const trainer = makeTrainer();
      trainer.initialise(new Random(seed), new Float32Array(golden.settings.width).fill(0.5));
      return trainer.parameters;
    }) as [Parameters, Parameters, Parameters];
    expect(one.decoder).toEqual(same.decoder);
    expect(one.decoder).not.toEqual(other.decoder);
    expect(one.encoder).toEqual(one.decoder);
    expect(one.decoderBias[0]).toBe(0.5);
    expect(lengthOf(one.decoder, 5)).toBeCloseTo(1, 6);
  });

  test('reconstructs without changing anything', async () => {
    const { trainer } = await trained(5);
    const before = trainer.state.serialise();
    trainer.rows.set(batches.subarray(0, trainer.rows.length));
    const fired = new Set<number>();
    const { firings, rows } = await trainer.reconstruct(48, (feature) => fired.add(feature));
    expect(rows).toBe(48);
    expect(firings).toBeGreaterThan(fired.size);
    expect(Buffer.from(trainer.state.serialise()).equals(before)).toBe(true);
  });

  test('lowers its loss', async () => {
    const { measures } = await trained(golden.settings.steps);
    expect(measures.at(-1)!.loss).toBeLessThan(0.5 * measures[0]!.loss);
  });
});

function makeTrainer(): SaeTrainer {
  const trainer = new SaeTrainer(golden.settings, gemm);
  for (const name of NAMES) trainer.parameters[name].set(golden.initial[name]);
  return trainer;
}

async function trained(steps: number): Promise<{ trainer: SaeTrainer; measures: StepMeasures[] }> {
  const trainer = makeTrainer();
  const measures: StepMeasures[] = [];
  for (let step = 0; step < steps; step++) measures.push(await stepOn(trainer, step));
  return { trainer, measures };
}

function stepOn(trainer: SaeTrainer, step: number): Promise<StepMeasures> {
  const { batch, width } = golden.settings;
  trainer.rows.set(batches.subarray(step * batch * width, (step + 1) * batch * width));
  return trainer.step(batch);
}

function perpendicular(gradient: readonly number[], rows: Float32Array): number[] {
  const { width } = golden.settings;
  return gradient.map((value, i) => {
    const row = Math.floor(i / width) * width;
    let along = 0;
    for (let c = 0; c < width; c++) along += gradient[row + c]! * rows[row + c]!;
    return value - along * rows[i]!;
  });
}

function lengthOf(decoder: Float32Array, feature: number): number {
  const { width } = golden.settings;
  return Math.hypot(...decoder.subarray(feature * width, (feature + 1) * width));
}

function largest(values: Float32Array, expected: readonly number[]): number {
  expect(values.length).toBe(expected.length);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - values[i]!)), 0);
}

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localization } from '../../../../src/analyses/localization';
import { fieldsOf } from '../../../../src/analyses/localization/result';
import { Random } from '../../../../src/math/random';
import { fakeTransformer, run } from './small';
import type { Run } from './small';

const samples = join(import.meta.dirname, '../../../../samples');
const layers = 2;
const width = 20;

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'networks-'))));
afterAll(() => rmSync(folder, { recursive: true }));

/** Localizes over `n` stimuli in a model whose activations are noise; its tokens are characters. */
function localize(n: number, settings: Record<string, unknown>): Promise<Run> {
  const random = new Random(1, 'noise');
  const noise = Float32Array.from({ length: n * layers * width }, () => random.uniform() - 0.5);
  return run({ fraction: 0.1, ...settings }, fakeTransformer(noise, layers, width, 4096), samples);
}

function write(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
}

/** These models answer at random. */
const noise = 'No selected unit differs at q < 0.05 (FDR over all units): the selection may be noise.';

describe('networks other than language', () => {
  it.each([
    ['theory-of-mind', 'false-belief', 'false-photograph', 20],
    ['multiple-demand', 'hard', 'easy', 100],
  ])('%s: %s > %s on built-in stimuli, mean over all tokens', async (network, positive, negative, atLeast) => {
    const file = join(samples, `stimuli/${network}.csv`);
    const n = { 'theory-of-mind': 44, 'multiple-demand': 200 }[network]!;
    const { result, inputs, warnings, progress } = await localize(n, { network });
    const fields = fieldsOf(result);
    expect(inputs).toEqual([file]);
    expect(fields).toMatchObject({ network, pooling: 'mean', maxTokens: 'none', truncated: 0 });
    expect(fields.conditions.map(({ condition, role }) => [condition, role])).toEqual([
      [positive, 'positive'],
      [negative, 'negative'],
    ]);
    expect(fields.conditions.reduce((sum, condition) => sum + condition.n, 0)).toBe(n);
    for (const condition of fields.conditions) expect(condition.n).toBeGreaterThanOrEqual(atLeast);
    expect(progress[0]!.phase).toBe('Activations (mean)');
    expect(warnings).toEqual([noise]);
  });

  it('read a folder of stories as the localizer is handed around', async () => {
    for (const letter of ['b', 'p']) {
      for (const number of [1, 2, 3, 4, 10]) {
        write(`${number}${letter}_story.txt`, [`Story ${number} of kind ${letter}`]);
        write(`${number}${letter}_question.txt`, [`Question ${number}.`, 'True   False']);
      }
    }
    const { result, inputs } = await localize(10, { network: 'theory-of-mind', stimuli: [folder] });
    expect(inputs).toHaveLength(20);
    expect(fieldsOf(result).conditions).toEqual([
      { condition: 'false-belief', role: 'positive', n: 5 },
      { condition: 'false-photograph', role: 'negative', n: 5 },
    ]);
  });

  it.each([
    ['theory-of-mind', ['b', 'Belief', 'false_belief'], ['p', 'photo', 'False Photograph']],
    ['multiple-demand', ['H', 'hard', 'Hard'], ['E', 'easy', 'Easy']],
  ])('%s knows its conditions by the names in use', async (network, positive, negative) => {
    const rows = [...positive, ...negative].map((condition, i) => `text ${i},${condition}`);
    const stimuli = [write(`${network}.csv`, ['text,condition', ...rows])];
    const { conditions } = fieldsOf((await localize(6, { network, stimuli })).result);
    expect(conditions.map(({ n }) => n)).toEqual([3, 3]);
  });

  it('say what is missing when handed another network’s stimuli', async () => {
    const stimuli = [write('other.csv', ['text,condition', 'one,S', 'two,N'])];
    await expect(localize(2, { network: 'theory-of-mind', stimuli })).rejects.toThrow(
      /no condition "false-belief", only: S \(1\), N \(1\)/,
    );
  });

  it('are cut only on request, which the published localizer does not do', async () => {
    const { result, warnings } = await localize(200, { network: 'multiple-demand', maxTokens: 10 });
    expect(fieldsOf(result).truncated).toBe(200);
    expect(warnings).toEqual(['200 of 200 stimuli were cut to 10 tokens.', noise]);
  });

  it('read the shared theory-of-mind stories: ten of each kind', async (ctx) => {
    const stories = join(import.meta.dirname, '../../../../../shared/data/localizer/tom');
    if (!existsSync(stories)) ctx.skip('the shared data are not beside this repository');
    const { result } = await localize(20, { network: 'theory-of-mind', stimuli: [stories] });
    expect(fieldsOf(result).conditions.map(({ n }) => n)).toEqual([10, 10]);
  });
});

describe('a localization of random weights', () => {
  it('opens the model with that seed and says so everywhere', async () => {
    const { result, warnings, untrainedSeeds } = await localize(200, { network: 'multiple-demand', untrained: 3 });
    expect(untrainedSeeds).toEqual([3]);
    expect(fieldsOf(result).untrained).toBe(3);
    expect(warnings[0]).toMatch(/weights are random \(--untrained 3\)/);
    expect(localization.summary(result)).toMatch(/^Random weights \(seed 3\): 4 of 40 units/);
    for (const { title, summary } of localization.figures(result)) {
      expect(title).toMatch(/\(random weights\)$/);
      expect(summary).toMatch(/^Random weights \(seed 3\)/);
    }
  });

  it('is not what happens unasked', async () => {
    const { result, untrainedSeeds } = await localize(200, { network: 'multiple-demand' });
    expect(untrainedSeeds).toEqual([undefined]);
    expect(result.fields).not.toHaveProperty('untrained');
    expect(localization.summary(result)).not.toMatch(/random/i);
  });
});

describe('how many units', () => {
  it('a count goes before a fraction, up to every unit there is', async () => {
    const selected = async (settings: Record<string, unknown>): Promise<number> =>
      fieldsOf((await localize(200, { network: 'multiple-demand', randomSeeds: 0, ...settings })).result).k;
    expect(await selected({ count: 7, fraction: 0.5 })).toBe(7);
    expect(await selected({ count: 40 })).toBe(40);
    // ⌊0.14 · 40⌋ = ⌊5.6⌋
    expect(await selected({ fraction: 0.14 })).toBe(5);
  });

  it('a range of 100-100 holds the unit of largest t alone', async () => {
    const { result } = await localize(200, { network: 'multiple-demand', randomSeeds: 0, range: '100-100', count: 1 });
    const { largest } = fieldsOf(result);
    const t = result.arrays['t']!.data as Float64Array;
    expect(largest.t).toBe(Math.max(...t));
    expect(fieldsOf(result).selection).toBe('t between percentiles 100-100');
  });
});

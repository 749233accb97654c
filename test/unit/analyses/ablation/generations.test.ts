import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { continuationTable, generationSamples } from '../../../../src/analyses/ablation/generations';
import type { GenerationSample } from '../../../../src/analyses/ablation/generations';
import { ablationOf } from '../../../../src/analyses/ablation/masks';
import type { Condition, Study } from '../../../../src/analyses/ablation/masks';
import { generate } from '../../../../src/models/generate';
import { openTransformer } from '../../../../src/models/open';
import { golden, openOptions, resultOf } from '../../models/support';

const samples = join(import.meta.dirname, '../../../../samples');
const prompts = readFileSync(join(samples, 'prompts.txt'), 'utf8').trim().split('\n');
const signal = new AbortController().signal;

/** Two fractions of a model of 2 × 32 units; every condition silences a unit of its own. */
function studyOf(controls: Condition['units'][]): Study {
  const maskOf = (unit: number): Uint8Array => Uint8Array.from({ length: 64 }, (_, i) => Number(i === unit));
  let unit = 0;
  const conditions = [0.01, 0.05].flatMap((fraction): Condition[] => [
    { fraction, units: 'selected', mask: maskOf(unit++) },
    { fraction, units: 'massive-alone', mask: maskOf(unit++) },
    ...controls.flatMap((units) => [0, 1].map((seed) => ({ fraction, units, seed, mask: maskOf(unit++) }))),
  ]);
  return { conditions, sweeps: [0.05, 0.01].map((fraction) => ({ fraction, size: 1, massive: 0 })) };
}

const warnings: string[] = [];

async function samplesOf(study: Study, count: number): Promise<GenerationSample[]> {
  const transformer = await openTransformer(join(golden, 'gpt2'), openOptions());
  const input = { transformer, study, prompts: count, seed: 3, signal };
  const steps = generationSamples(input, {
    sample: (path) => join(samples, path),
    warn: (message) => void warnings.push(message),
  });
  return resultOf(steps).finally(() => transformer.dispose());
}

describe('continuations to read the deficit in', () => {
  const study = studyOf(['random', 'random-magnitude-matched']);

  it('five prompts of our own, none of them finished', () => {
    expect(prompts).toHaveLength(5);
    for (const prompt of prompts) expect(prompt).toMatch(/^[A-Z][^.?!]*\w$/);
  });

  it('each prompt greedily and sampled: intact, selected, one random draw of matched magnitude', async () => {
    const made = await samplesOf(study, 2);
    expect(made.map(({ prompt, condition, sampled }) => [prompts.indexOf(prompt), condition, sampled])).toEqual(
      [0, 1].flatMap((prompt) =>
        [false, true].flatMap((sampled) =>
          ['intact', 'selected', 'random-magnitude-matched'].map((condition) => [prompt, condition, sampled]),
        ),
      ),
    );
  });

  it('under the masks of the fraction nearest 0.01', async () => {
    const made = await samplesOf(study, 1);
    const masks = [
      study.conditions[0]!.mask,
      study.conditions.find(({ units }) => units === 'random-magnitude-matched')!.mask,
    ];
    const transformer = await openTransformer(join(golden, 'gpt2'), openOptions());
    const ablations = [undefined, ...masks.map((mask) => ablationOf(mask))];
    for (const [sampled, temperature] of [
      [false, 0],
      [true, 0.7],
    ] as const) {
      const options = { tokens: 20, temperature, seed: 3, signal };
      const expected = await resultOf(generate(transformer, prompts.slice(0, 1), ablations, options));
      expect(made.filter((sample) => sample.sampled === sampled).map(({ text }) => text)).toEqual(
        expected.map(({ text }) => text),
      );
    }
    await transformer.dispose();
  });

  it('takes another kind of control where that is the only one, and none where there is none', async () => {
    const conditionsOf = async (controls: Condition['units'][]): Promise<unknown[]> =>
      (await samplesOf(studyOf(controls), 1)).filter(({ sampled }) => !sampled).map(({ condition }) => condition);
    expect(await conditionsOf(['random'])).toEqual(['intact', 'selected', 'random']);
    expect(await conditionsOf([])).toEqual(['intact', 'selected']);
  });

  it('leaves out prompts that the model cannot take, and says so', async () => {
    const transformer = await openTransformer(join(golden, 'gpt2'), openOptions());
    // A model that takes as many tokens as the shortest prompt has bytes.
    const context = Math.min(...prompts.map(({ length }) => length));
    const narrow = Object.assign(Object.create(transformer) as typeof transformer, {
      description: { ...transformer.description, context },
    });
    warnings.length = 0;
    const input = { transformer: narrow, study, prompts: 5, seed: 3, signal };
    const lent = {
      sample: (path: string) => join(samples, path),
      warn: (message: string) => void warnings.push(message),
    };
    const made = await resultOf(generationSamples(input, lent));
    await transformer.dispose();
    expect(new Set(made.map(({ prompt }) => prompt.length))).toEqual(new Set([context]));
    expect(warnings).toEqual([expect.stringMatching(/^4 prompts are longer/)]);
  });

  it('none on request', async () => expect(await samplesOf(study, 0)).toEqual([]));

  it('stand side by side, a row per prompt and way', async () => {
    const made = await samplesOf(study, 2);
    const { columns, rows, summary } = continuationTable(made);
    expect(columns.map(({ label }) => label)).toEqual([
      'Prompt',
      'Tokens',
      'Intact',
      'Selected silenced',
      'Random silenced (magnitude-matched)',
    ]);
    expect(rows.map((row) => row.slice(0, 2))).toEqual([
      [prompts[0], 'greedy'],
      [prompts[0], 'sampled'],
      [prompts[1], 'greedy'],
      [prompts[1], 'sampled'],
    ]);
    expect(rows.flatMap((row) => row.slice(2))).toEqual(made.map(({ text }) => text));
    expect(summary).toMatch(/^2 prompts continued by up to 20 tokens under 3 conditions/);
  });
});

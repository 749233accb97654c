import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ablation } from '../../../../src/analyses/ablation/index';
import { fieldsOf } from '../../../../src/analyses/ablation/result';
import { ablationSpec } from '../../../../src/analyses/ablation/spec';
import type { RunContext } from '../../../../src/analyses/contract';
import { divided } from '../../../../src/engine/shards/divided';
import { ShardDone } from '../../../../src/engine/shards/share';
import type { Transformer } from '../../../../src/models/transformer';
import type { AnalysisResult } from '../../../../src/shared/analysis';
import { parseSpec } from '../../../../src/shared/analysis';
import { Cancelled } from '../../../../src/shared/errors';
import { encodeNpy } from '../../../../src/shared/npy';
import type { Progress } from '../../../../src/shared/progress';
import { resultOf, temporaryFolder } from '../../models/support';
import { bench, folder, golden, inFolder, MemoryCheckpoint, model, taskFiles } from './support';
import type { Bench } from './support';

const opened: Transformer[] = [];
afterAll(async () => {
  for (const transformer of opened) await transformer.dispose();
});
const home = temporaryFolder();

function run(
  { context }: Bench,
  settings: Record<string, unknown> = {},
  seen: Progress[] = [],
): Promise<AnalysisResult> {
  const spec = parseSpec(ablationSpec, {
    model,
    units: join(folder, 'mask.npy'),
    tasks: taskFiles,
    reference: [join(folder, 'reference.jsonl')],
    randomSeeds: 3,
    generate: 0,
    ...settings,
  });
  return resultOf(ablation.run(spec, context), seen);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a bare mask on four kinds of tasks', () => {
  const seen: Progress[] = [];
  const made = bench(new MemoryCheckpoint(), { opened });
  const result = run(made, {}, seen);

  test('baseline, value and deficit are PyTorch’s', async () => {
    const { tasks } = fieldsOf(await result);
    expect(tasks.map(({ name, kind }) => [name, kind])).toEqual([
      ['choices', 'multiple-choice'],
      ['pairs', 'minimal-pairs'],
      ['suite', 'syntaxgym'],
      ['texts', 'text'],
    ]);
    for (const name of ['choices', 'pairs', 'suite'] as const) {
      const task = tasks.find((one) => one.name === name)!;
      const [plain, zero] = [mean(golden.plain[name].right), mean(golden.zero[name].right)];
      expect(task.baseline).toBeCloseTo(plain, 12);
      expect(task.conditions[0]).toMatchObject({ units: 'selected', value: zero });
      expect(task.conditions[0]!.deficit).toBeCloseTo(plain - zero, 12);
      expect(task.flipped).toBe(
        golden.plain[name].right.filter((right, i) => right > golden.zero[name].right[i]!).length,
      );
    }
    const { losses, tokens } = golden.zero.texts;
    // Every loss agrees within 2e-4 of its size (against-pytorch.test.ts), and so does their ratio.
    expect(tasks[3]!.conditions[0]!.value).toBeCloseTo(mean(losses) / mean(tokens), 3);
    expect(tasks[3]!.byCondition!.map(({ condition, items }) => [condition, items])).toEqual([
      ['short', 6],
      ['long', 1],
    ]);
    for (const [i, group] of tasks[3]!.byCondition!.entries()) {
      const rows = i === 0 ? [0, 6] : [6, 7];
      const lossOf = ({ losses, tokens }: (typeof golden.zero)['texts']) =>
        mean(losses.slice(...rows)) / mean(tokens.slice(...rows));
      const [selected] = group.conditions;
      expect(group.baseline).toBeCloseTo(lossOf(golden.plain.texts), 3);
      expect(group.baselinePerplexity).toBeCloseTo(Math.exp(group.baseline), 9);
      expect(selected!.value).toBeCloseTo(lossOf(golden.zero.texts), 3);
      expect(selected!.perplexity).toBeCloseTo(Math.exp(selected!.value), 9);
      expect(group.effect.map(({ control }) => control)).toEqual(['random', 'random-magnitude-matched']);
    }
    // Resamples of one text are that text: no width. Of six there is some.
    const [short, long] = tasks[3]!.byCondition!.map(({ conditions }) => conditions[0]!);
    expect(long!.interval.map((end) => end.toFixed(9))).toEqual(Array(2).fill(long!.deficit.toFixed(9)));
    expect(short!.interval[0]).toBeLessThan(short!.deficit);
    expect(short!.interval[1]).toBeGreaterThan(short!.deficit);
  });

  test('the fraction is the mask’s share, and every draw of both controls is listed', async () => {
    const fields = fieldsOf(await result);
    const [{ conditions, effect }] = fields.tasks as [(typeof fields.tasks)[number]];
    expect(conditions.map(({ units }) => units)).toEqual([
      'selected',
      ...Array<string>(3).fill('random'),
      ...Array<string>(3).fill('random-magnitude-matched'),
    ]);
    expect(conditions[0]!.fraction).toBe(fields.sweeps[0]!.size / (fields.layers * fields.width));
    expect(effect.map(({ control }) => control)).toEqual(['random', 'random-magnitude-matched']);
    expect(made.warnings.join()).toMatch(/cannot fall below 0\.25/);
    const { masks } = (await result).arrays;
    expect(masks!.shape).toEqual([fields.sets.length, fields.layers, fields.width]);
  });

  test('the total is the mean over accuracy tasks only', async () => {
    const { tasks, total } = fieldsOf(await result);
    expect(total!.tasks).toBe(3);
    total!.conditions.forEach(({ deficit }, i) => {
      expect(deficit).toBeCloseTo(mean(tasks.slice(0, 3).map((task) => task.conditions[i]!.deficit)), 12);
    });
  });

  test('the time is estimated before the sweep, and progress counts all of it', async () => {
    await result;
    const phases = [...new Set(seen.map(({ phase }) => phase))];
    expect(phases.find((phase) => phase.startsWith('Estimated time in all: '))).toBeDefined();
    const sweep = seen.filter(({ phase }) => phase === 'Ablation');
    expect(sweep[0]).toMatchObject({ done: 0, unit: 'tokens × conditions' });
    expect(new Set(sweep.map(({ total }) => total)).size).toBe(1);
    expect(sweep.at(-1)!.done).toBe(sweep.at(-1)!.total);
  });

  test('figures: bars by task with every draw on its bar, massive units, effects, flips', async () => {
    const figures = ablation.figures(await result);
    expect(figures.map(({ id }) => id)).toEqual([
      'deficits',
      'deficits-text',
      'deficits-condition',
      'perplexity',
      'massive-units',
      'massive-units-text',
      'effects',
      'flips',
    ]);
    const [bars] = figures;
    if (bars?.kind !== 'chart') throw new Error('no chart');
    const { total, tasks } = fieldsOf(await result);
    for (const { metric, items, baseline, conditions, flipped, mended } of tasks.filter((t) => t.metric === 'accuracy'))
      expect([metric, mended - flipped]).toEqual([metric, Math.round((conditions[0]!.value - baseline) * items)]);
    const perplexities = figures.find(({ id }) => id === 'perplexity');
    if (perplexities?.kind !== 'table') throw new Error('no table');
    const [group] = tasks[3]!.byCondition!;
    expect(perplexities.rows[0]!.slice(1, 3)).toEqual([group!.condition, group!.items]);
    // Figures hold five digits.
    expect(perplexities.rows[0]![5]).toBe(Number(group!.conditions[0]!.perplexity!.toPrecision(5)));
    const median = bars.series.find(({ name }) => name === 'random, median')!;
    expect(median.y[0]).toBeCloseTo(total!.effect[0]!.median, 4);
    const draws = bars.series.find(({ name }) => name === 'random, each draw')!;
    expect(draws.beside).toBe(median.name);
    expect(draws.x).toHaveLength(3 * 4);
    expect(ablation.summary(await result)).toMatch(/units \(.*silenced: deficit in mean accuracy/);
  });
});

test('mean ablation gives PyTorch’s accuracies, and no controls where none are asked for', async () => {
  const result = await run(bench(new MemoryCheckpoint(), { opened }), { ablation: 'mean', randomSeeds: 0 });
  const { tasks, controls } = fieldsOf(result);
  expect(controls).toEqual([]);
  expect(tasks[0]!.effect).toEqual([]);
  expect(tasks[0]!.conditions).toHaveLength(1);
  for (const name of ['choices', 'pairs', 'suite'] as const) {
    expect(tasks.find((task) => task.name === name)!.conditions[0]!.value).toBe(mean(golden.mean[name].right));
  }
});

test('a control that cannot be drawn is refused before the model reads anything', async () => {
  const transformers: Transformer[] = [];
  const made = bench(new MemoryCheckpoint(), { opened: transformers });
  const open = made.context.openModel;
  let forwards = 0;
  const counted: Bench = {
    ...made,
    context: {
      ...made.context,
      openModel: async (path, options) => {
        const transformer = await open(path, options);
        const activations = transformer.activations.bind(transformer);
        transformer.activations = (...of) => (forwards++, activations(...of));
        return transformer;
      },
    },
  };
  const fields = fieldsOf(await run(bench(new MemoryCheckpoint(), { opened }), { randomSeeds: 0 }));
  const full = new Uint8Array(fields.layers * fields.width).fill(1, 0, fields.width);
  const mask = join(home, 'full-layer.npy');
  writeFileSync(mask, encodeNpy({ data: full, shape: [fields.layers, fields.width] }));
  const refused = run(counted, { units: mask, controls: ['random-layer-matched'] });
  await expect(refused).rejects.toThrow(
    /Not enough units for the control random-layer-matched at fraction 0\.5: in layer 0 0 units.*--fractions/,
  );
  expect([forwards, made.calls.length]).toEqual([0, 0]);
  opened.push(...transformers);
});

describe('a sweep in pieces of a task and 16 conditions', () => {
  // So many draws that they are two groups.
  const many = { randomSeeds: 18, controls: ['random'] };

  test('that is cancelled goes on where it stopped, and comes to the same result', async () => {
    const whole = await run(bench(inFolder(), { opened }), many);
    const checkpoint = inFolder();
    const abort = new AbortController();
    const first: Bench = bench(checkpoint, {
      opened,
      signal: abort.signal,
      // Two measurements, two tasks; the third is cut off.
      onCall: () => void (first.calls.length === 5 && abort.abort()),
    });
    await expect(run(first, many)).rejects.toThrow(Cancelled);
    const pieces = readdirSync(checkpoint.folder);
    expect(pieces).toHaveLength(2);
    rmSync(join(checkpoint.folder, pieces[0]!));

    const second = bench(checkpoint, { opened });
    const resumed = await run(second, many);
    const { sets } = fieldsOf(whole);
    const [group, rest] = [16, sets.length + 1 - 16];
    expect([rest > 0, rest <= 16]).toEqual([true, true]);
    const calls = second.calls.slice(2).map(({ conditions }) => conditions);
    expect(calls).toEqual([group, group, group, rest, rest, rest, rest]);
    expect(resumed).toEqual(whole);

    const third = bench(checkpoint, { opened });
    expect(await run(third, many)).toEqual(whole);
    expect(third.calls).toEqual([]);
  });

  test('by shards comes to the same result, also where memory allows one condition at a time', async () => {
    const whole = await run(bench(inFolder(), { opened }), many);
    const checkpoint = inFolder();
    for (let index = 1; index <= 3; index += 1) {
      const made = bench(checkpoint, { opened });
      const { signal } = made.context;
      const context: RunContext = {
        ...made.context,
        memory: 1e6,
        divided: (work) => divided(work, { signal, shard: { stage: 'sweep', index, count: 3 } }),
      };
      await expect(run({ ...made, context }, many)).rejects.toThrow(ShardDone);
      expect(new Set(made.calls.slice(2).map(({ conditions }) => conditions))).toEqual(new Set([1]));
    }
    const merged = bench(checkpoint, { opened });
    expect(await run(merged, many)).toEqual(whole);
    expect(merged.calls).toEqual([]);
  });
});

test('the first items only, and a task file that is wrong names file and line', async () => {
  const few = fieldsOf(await run(bench(new MemoryCheckpoint(), { opened }), { items: 2, randomSeeds: 0 }));
  expect(few.tasks.map(({ items }) => items)).toEqual([2, 2, 2, 2]);
  const bad = join(home, 'bad.jsonl');
  writeFileSync(bad, '{"sentence_good":"a b","sentence_bad":"b a"}\n{"sentence_good":"a b"}\n');
  await expect(run(bench(new MemoryCheckpoint(), { opened }), { tasks: [bad] })).rejects.toThrow(/bad\.jsonl.*2/);
});

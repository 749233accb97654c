import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { golden, run, storeAlignment } from './support';
import type { StoredUnit } from './support';

const folder = mkdtempSync(join(tmpdir(), 'brainlens-hierarchy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const electrodes: StoredUnit[] = golden.covariate.map((distance, i) => ({
  id: `e${i}`,
  subject: golden.subjects[i]!,
  covariates: { distance },
  position: [i, -i, 0.5 * i],
}));
const aligned = storeAlignment(folder, 'golden', electrodes, golden.scores);

/** Two units of rising and falling curves. */
const two: StoredUnit[] = [{ id: 'a' }, { id: 'b' }];

describe('one model', () => {
  it('has the best layers, centroids, correlations and layers used that NumPy and SciPy find', async () => {
    const { result, fields } = await run({ alignment: [aligned], covariate: 'distance' });
    const [model] = fields.models;
    const bestLayer = Array.from(result.arrays['bestLayer']!.data);
    expect(bestLayer).toEqual(golden.best.map((depth) => 8 * depth - 1));
    expect(result.arrays['bestLayer']!.shape).toEqual([1, 24]);
    // Sums in another order: the last digits of float64.
    golden.centroid.forEach((value, u) => expect(result.arrays['centroid']!.data[u]).toBeCloseTo(value, 12));
    expect(model).toMatchObject({ name: 'golden', units: 24, of: 24, chosenBy: 'fdr', correlated: 24 });
    expect(model!.spearman).toBeCloseTo(golden.spearman, 12);
    expect(model!.pearson).toBeCloseTo(golden.pearson, 12);
    expect(model!.centroid.spearman).toBeCloseTo(golden.centroidSpearman, 12);
    expect(model!.centroid.pearson).toBeCloseTo(golden.centroidPearson, 12);
    golden.subjectSpearman.forEach((rho, s) => expect(model!.subjects.each[s]!.spearman).toBeCloseTo(rho, 12));
    expect(model!.subjects).toMatchObject({ count: 3 });
    expect(model!.subjects.t).toBeCloseTo(golden.t, 9);
    expect(model!.subjects.p).toBeCloseTo(golden.p, 9);
    golden.curve.forEach((score, i) => expect(model!.curve.scores[i]).toBeCloseTo(score, 12));
    expect(model!.peak).toBeCloseTo(Math.max(...golden.curve), 12);
    expect(model!.layersUsed.depth).toBe(golden.layersUsed);
    expect(model!.layersUsed.interval[0]).toBeLessThanOrEqual(golden.layersUsed);
    expect(model!.layersUsed.interval[1]).toBeGreaterThanOrEqual(golden.layersUsed);
    expect(model!.p).toBeLessThan(0.05);
  });

  it('shows the scatter with its line, the layers in space, curves, layers used and a table', async () => {
    const { figures, summary } = await run({ alignment: [aligned], covariate: 'distance' });
    expect(figures.map(({ id }) => id)).toEqual([
      'hierarchy-1',
      'peak-layers-1',
      'layers-used',
      'mean-scores',
      'models',
    ]);
    const scatter = figures[0]!;
    expect(scatter.kind === 'chart' && scatter.series.map(({ mark, x }) => [mark, x.length])).toEqual([
      ['points', 24],
      ['line', 2],
    ]);
    expect(scatter.summary).toMatch(
      /^24 units of 24 with q < 0\.05\. Best layer with distance: Spearman 0\.\d+ \(p = 0\.0\d+\)/,
    );
    expect(summary).toMatch(
      /^Electrodes, golden: Spearman of best layer with distance 0\.\d+ \(p = 0\.0\d+, 24 of 24 units\)$/,
    );
  });

  it('counts only significant units, and says how many', async () => {
    const some = electrodes.map((unit, i) => ({ ...unit, q: i < 20 ? 0.01 : 0.2, p: 0.01 }));
    const part = storeAlignment(folder, 'part', some, golden.scores);
    const { result, fields } = await run({ alignment: [part], covariate: 'distance' });
    expect(fields.models[0]).toMatchObject({ units: 20, of: 24, correlated: 20 });
    expect(Array.from(result.arrays['bestLayer']!.data).findIndex(Number.isNaN)).toBe(20);
    const byP = await run({ alignment: [part], covariate: 'distance', significance: 'p' });
    expect(byP.fields.models[0]).toMatchObject({ units: 24, chosenBy: 'p' });
  });

  it('takes all units with a warning where nothing was permuted, and has no numbers where nothing is significant', async () => {
    const bare = electrodes.map((unit) => ({ ...unit, p: null, q: null }));
    const unpermuted = await run({
      alignment: [storeAlignment(folder, 'bare', bare, golden.scores, { draws: 0 })],
      covariate: 'distance',
    });
    expect(unpermuted.fields.models[0]).toMatchObject({ units: 24, chosenBy: 'all' });
    expect(unpermuted.warnings.join()).toMatch(/bare was aligned without permutations: all 24 units count/);
    const none = electrodes.map((unit) => ({ ...unit, q: 0.5 }));
    const nothing = await run({
      alignment: [storeAlignment(folder, 'none', none, golden.scores)],
      covariate: 'distance',
    });
    expect(nothing.fields.models[0]).toMatchObject({ units: 0, spearman: NaN, peakLayer: null });
    expect(nothing.fields.models[0]!.layersUsed.depth).toBeNaN();
    expect(nothing.warnings.join()).toMatch(/no q \(FDR over units\) of 24 units is below 0\.05/);
  });

  it('reads layers in order of depth however they were asked for, and says where some are missing', async () => {
    const alignment = storeAlignment(folder, 'turned', two, [0.5, 0.1, 0.1, 0.2, 0.2, 0.4], { layers: [5, 0, 2] });
    const { result, fields, warnings } = await run({
      alignment: [alignment],
      covariate: 'x',
      table: tableOf('x', [1, 2]),
    });
    expect(Array.from(result.arrays['bestLayer']!.data)).toEqual([5, 2]);
    expect(fields.models[0]!.curve.layers).toEqual([0, 2, 5]);
    expect(warnings.join()).toMatch(/turned was scored at 3 of its 6 layers/);
    expect(warnings.join()).toMatch(/2 units are too few to correlate/);
  });

  it('leaves summary columns out, and takes the lag of the highest score for a unit', async () => {
    const units: StoredUnit[] = [
      { id: 'a @ 0.1 s', lag: 0.1, p: 0.04, q: 0.04 },
      { id: 'a @ 0.2 s', lag: 0.2, p: 0.01, q: 0.01 },
      { id: 'b @ 0.1 s', lag: 0.1, p: 0.03, q: 0.03 },
      { id: 'b @ 0.2 s', lag: 0.2, p: 0.5, q: 0.5 },
      { id: 'net', summary: true },
    ];
    const alignment = storeAlignment(folder, 'lags', units, [0.1, 0.2, 0.9, 0.1, 1, 0.2, 0.7, 0.1, 0.3, 1]);
    const { result, fields } = await run({ alignment: [alignment], covariate: 'peak-lag' });
    expect(fields.units.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(Array.from(result.arrays['covariate']!.data)).toEqual([0.2, 0.1]);
    // Bonferroni over two lags, then FDR over two units: p 0.02 and 0.06, q 0.04 and 0.06.
    expect(Array.from(result.arrays['bestLayer']!.data)).toEqual([1, NaN]);
  });

  it('takes coordinates as covariates, and those of a table by unit and subject', async () => {
    const axis = await run({ alignment: [aligned], covariate: 'y' });
    expect(Array.from(axis.result.arrays['covariate']!.data)).toEqual(electrodes.map((_, i) => 0 - i));
    const rows = electrodes.slice(1).map(({ id, subject }, i) => `${subject!},${id},${i}`);
    const table = join(folder, 'latency.csv');
    writeFileSync(table, `subject,name,latency\n${rows.join('\n')}\n`);
    const { result, fields, warnings } = await run({ alignment: [aligned], covariate: 'latency', table });
    expect(Array.from(result.arrays['covariate']!.data)).toEqual([NaN, ...rows.keys()]);
    expect(fields.models[0]).toMatchObject({ units: 24, correlated: 23 });
    expect(warnings.join()).toMatch(/1 unit that count have no latency|1 unit .*latency/);
  });

  it('shows where electrodes lie by the coordinates of that table, where the alignment has none', async () => {
    const nowhere = electrodes.map(({ id, subject, covariates }) => ({
      id,
      subject: subject!,
      covariates: covariates!,
    }));
    const bare = storeAlignment(folder, 'nowhere', nowhere, golden.scores);
    const table = join(folder, 'electrodes.tsv');
    const rows = nowhere.map(({ id, subject }, i) => [subject, id, i, i === 2 ? 'n/a' : 10 + i, -i, 2 * i].join('\t'));
    writeFileSync(table, `subject\tname\tlatency\tx\ty\tz\n${rows.join('\n')}\n`);
    const { figures, fields } = await run({ alignment: [bare], covariate: 'latency', table });
    expect(fields.units[3]!.position).toEqual([13, -3, 6]);
    expect(fields.units[2]!.position).toBeUndefined();
    const map = figures.find(({ id }) => id === 'peak-layers-1')!;
    expect(map.kind === 'space' && map.x).toEqual(rows.map((_, i) => 10 + i).filter((x) => x !== 12));
    const apart = await run({ alignment: [bare], covariate: 'distance' });
    expect(apart.figures.map(({ id }) => id)).not.toContain('peak-layers-1');
  });
});

describe('several models', () => {
  const models = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'];
  const folders = models.map((name, m) =>
    storeAlignment(
      folder,
      name,
      electrodes,
      golden.scores.map((score) => score * (1 + 0.1 * m)),
    ),
  );
  const benchmarks = join(folder, 'benchmarks.csv');
  writeFileSync(
    benchmarks,
    `model,score,family\n${models.map((name, m) => `${name},${0.3 + 0.05 * m},f${m % 3}`).join('\n')}\n`,
  );

  it('hold peak score, hierarchical alignment and layers used against benchmarks', async () => {
    const { fields, result, warnings, figures, summary } = await run({
      ...{ alignment: folders, covariate: 'distance', benchmarks, permutations: 999 },
    });
    expect(result.arrays['bestLayer']!.shape).toEqual([6, 24]);
    const { r, p, measures, families } = fields.benchmark!;
    // Scores grow with the benchmark in proportion: two of 6! orders are as far.
    expect(r).toBeCloseTo(1, 12);
    expect(p).toBeLessThan(0.012);
    expect(families).toBe(true);
    expect(measures[0]!.without).toEqual(
      ['f0', 'f1', 'f2'].map((family) => ({ family, models: 4, r: expect.closeTo(1, 12) })),
    );
    // The best layers of all models are the same: nothing correlates with them.
    expect(measures.slice(1).map(({ r: each }) => each)).toEqual([NaN, NaN]);
    expect(measures[0]!.q).toBe(p);
    expect(warnings.filter((warning) => !warning.includes('bootstrap over 3'))).toEqual([]);
    const chart = figures.find(({ id }) => id === 'benchmark-peak');
    expect(chart?.kind === 'chart' && chart.series[0]!.labels).toEqual(models);
    expect(summary).toMatch(/^Electrodes, 6 models: .*; Brain score against score: r = 1 \(two-sided p = 0\.00\d+/);
  });

  it('leave models without a benchmark out by name, and refuse a table of other models', async () => {
    const few = join(folder, 'few.csv');
    writeFileSync(few, `model,accuracy\nM1,0.3\nm2.gguf,0.5\n`);
    const { fields, warnings } = await run({ alignment: folders.slice(0, 3), covariate: 'distance', benchmarks: few });
    expect(fields.benchmark).toMatchObject({ column: 'accuracy', families: false, r: NaN });
    expect(warnings.join()).toMatch(/1 model without a benchmark left out of the correlations with it: m3\./);
    expect(warnings.join()).toMatch(/Benchmarks are known of 2 models, too few to correlate/);
    const other = join(folder, 'other.csv');
    writeFileSync(other, 'model,score\nelse,1\n');
    await expect(run({ alignment: folders, covariate: 'distance', benchmarks: other })).rejects.toThrow(
      /No aligned model \(m1, .*\) is among the benchmarks \(else\)/,
    );
  });

  it('take accuracies that ablate found, each by the files of its model', async () => {
    const ablations = models.map((name, m) => storeAblation(name, [0.5 + 0.05 * m, 0.9]));
    const { fields } = await run({ alignment: folders, covariate: 'distance', tasks: ablations });
    expect(fields.benchmark).toMatchObject({ column: 'mean accuracy (task 1, task 2)', r: expect.closeTo(1, 12) });
    // The loss of a text does not enter the mean.
    expect(fields.benchmark!.scores[1]).toEqual({ model: 'm2', score: expect.closeTo(0.725, 12), family: 'm2' });
    const settings = { alignment: folders, covariate: 'distance' };
    await expect(run({ ...settings, tasks: [storeAblation('else', [1])] })).rejects.toThrow(
      /is not among the alignments/,
    );
    await expect(run({ ...settings, tasks: [ablations[0]!, storeAblation('m2', [1])] })).rejects.toThrow(
      /is of other tasks \(task 1\) than .* \(task 1, task 2\)/,
    );
    await expect(run({ ...settings, tasks: [folders[0]!] })).rejects.toThrow(/is no result of ablate/);
  });

  it('of different units are refused by name', async () => {
    const renamed = electrodes.map((unit, i) => (i === 3 ? { ...unit, id: 'moved' } : unit));
    const other = storeAlignment(folder, 'other', renamed, golden.scores);
    await expect(run({ alignment: [aligned, other], covariate: 'distance' })).rejects.toThrow(
      /other-\d+ \(Electrodes\) is of other units than .*: it lacks a e3 and has besides a moved/,
    );
  });

  it('of different stimuli are refused by name', async () => {
    const store = (model: string, data: string) => storeAlignment(folder, model, electrodes, golden.scores, { data });
    const [x, y, z] = [store('x', 'words.csv'), store('y', 'words.csv'), store('z', 'others.csv')];
    expect((await run({ alignment: [x, y], covariate: 'distance' })).fields.models).toHaveLength(2);
    await expect(run({ alignment: [x, y, z], covariate: 'distance' })).rejects.toThrow(
      /z-\d+ \(Electrodes\) was aligned with other stimuli or responses \(others\.csv\) than .*x-\d+ \(Electrodes\)/,
    );
  });

  it('keep the order of the units of the first', async () => {
    const order = electrodes.map((_, i) => electrodes.length - 1 - i);
    const turned = storeAlignment(
      folder,
      'reversed',
      order.map((i) => electrodes[i]!),
      golden.scores.map((_, at) => golden.scores[Math.floor(at / 24) * 24 + order[at % 24]!]!),
    );
    const { result } = await run({ alignment: [aligned, turned], covariate: 'distance' });
    const { data } = result.arrays['bestLayer']!;
    expect(Array.from(data.subarray(24))).toEqual(Array.from(data.subarray(0, 24)));
  });
});

describe('what is no hierarchy', () => {
  it('is refused in one line: unknown covariates, other results, sets of units without layers', async () => {
    await expect(run({ alignment: [aligned], covariate: 'latency' })).rejects.toThrow(
      /have no covariate latency; there are: distance, x, y, z/,
    );
    await expect(run({ alignment: [aligned, aligned], covariate: 'distance' })).rejects.toThrow(/is named twice/);
    await expect(run({ alignment: [join(folder, 'nowhere')], covariate: 'x' })).rejects.toThrow(
      /nowhere does not exist/,
    );
    const subjects = storeAlignment(folder, 'cka', two, [1, 2, 3, 4], { columns: 'subjects' });
    await expect(run({ alignment: [subjects], covariate: 'x' })).rejects.toThrow(/all units of a subject together/);
    const one = storeAlignment(folder, 'one', two, [1, 2]);
    await expect(run({ alignment: [one], covariate: 'x' })).rejects.toThrow(/scores 1 layers: there is no best one/);
    const torn = storeAlignment(folder, 'torn', two, [1, 2, 3, 4], { units: [two[0]!] });
    await expect(run({ alignment: [torn], covariate: 'x' })).rejects.toThrow(/does not (belong|read)/);
    mkdirSync(join(folder, 'empty'), { recursive: true });
    await expect(run({ alignment: [join(folder, 'empty')], covariate: 'x' })).rejects.toThrow();
  });
});

function tableOf(column: string, values: readonly number[]): string {
  const file = join(folder, `${column}.csv`);
  writeFileSync(file, `name,${column}\n${values.map((value, i) => `${'ab'[i]!},${value}`).join('\n')}\n`);
  return file;
}

/** A result folder of ablate on a model that `storeAlignment` names, with a text besides. */
function storeAblation(model: string, accuracies: readonly number[]): string {
  const out = join(folder, `ablation-${model}-${accuracies.length}`);
  const aligned = storeAlignment(out, model, two, [1, 2, 3, 4]);
  const file = JSON.parse(readFileSync(join(aligned, 'result.json'), 'utf8')) as object;
  const tasks = accuracies.map((baseline, i) => ({ name: `task ${i + 1}`, kind: 'minimal-pairs', baseline }));
  const result = { tasks: [...tasks, { name: 'prose', kind: 'text', baseline: 3.2 }] };
  writeFileSync(join(out, 'result.json'), JSON.stringify({ ...file, schema: 'brainlens/ablation@1', result }));
  return out;
}

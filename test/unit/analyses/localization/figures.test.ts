import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localization } from '../../../../src/analyses/localization';
import { fieldsOf } from '../../../../src/analyses/localization/result';
import { Random } from '../../../../src/math/random';
import type { ChartFigure, Figure, MapFigure, Series, TableFigure } from '../../../../src/shared/figure';
import { fakeTransformer, golden, goldenActivations, run } from './small';
import type { Run } from './small';

const { layers, width, labels } = golden;

let folder: string;
let stimuli: string;
let whole: Run;
let figures: Figure[];

const small = (settings: Record<string, unknown> = {}, activations = goldenActivations()): Promise<Run> =>
  run(
    { stimuli: [stimuli], fraction: golden.fraction, ...settings },
    fakeTransformer(activations, activations.length / labels.length / width, width),
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'figures-'));
  stimuli = join(folder, 'stimuli.csv');
  writeFileSync(stimuli, ['text,condition', ...labels.map((label, i) => `stimulus ${i},${label}`)].join('\n'));
  whole = await small();
  figures = localization.figures(whole.result);
});
afterAll(() => rmSync(folder, { recursive: true }));

function figure<F extends Figure>(id: string, all: readonly Figure[] = figures): F {
  return all.find((candidate) => candidate.id === id) as F;
}
const sum = (values: Series['y']): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);

describe('the figures of a localization', () => {
  it('are five, with axes, titles and summaries', () => {
    expect(figures.map(({ id, kind }) => [id, kind])).toEqual([
      ['selected-per-layer', 'chart'],
      ['t-map', 'map'],
      ['t-distribution', 'chart'],
      ['response-profiles', 'chart'],
      ['top-units', 'table'],
    ]);
    for (const { title, summary } of figures) {
      expect(title).toMatch(/^[A-Z][^A-Z]*$/);
      expect(summary).toMatch(/\d.*\.$/);
    }
  });

  it('survive JSON unchanged: no NaN, no infinity', () => {
    expect(JSON.parse(JSON.stringify(figures))).toEqual(figures);
  });

  it('show selected units per layer beside random ones; matched controls, equal by design, only in words', () => {
    const { series, summary } = figure<ChartFigure>('selected-per-layer');
    expect(series.map(({ role }) => role)).toEqual(['selected', 'control-1']);
    expect(series[0]!.y).toEqual(fieldsOf(whole.result).perLayer);
    expect(summary).toContain('by design');
    const random = series[1]!;
    random.y.forEach((median, layer) => {
      expect(random.low![layer]!).toBeLessThanOrEqual(median!);
      expect(random.high![layer]!).toBeGreaterThanOrEqual(median!);
    });
    expect(random.interval).toBe('range of 10 sets');
  });

  it('map every unit’s t, saturating at the 99.9th percentile of |t|', () => {
    const map = figure<MapFigure>('t-map');
    const t = golden.t.map(Number);
    expect([map.rows, map.columns, map.step, map.array]).toEqual([layers, width, 1, 't.npy']);
    t.forEach((value, unit) => {
      if (Number.isNaN(value)) expect(map.max[unit]).toBeNull();
      else expect(map.max[unit]).toBeCloseTo(value, 3);
    });
    expect(map.min).toEqual(map.max);
    expect(map.range[0]).toBe(-map.range[1]);
    expect(map.range[1]).toBeLessThanOrEqual(Math.max(...t.filter(Number.isFinite).map(Math.abs)));
  });

  it('count every finite t in the histogram, the selected right of the cut', () => {
    const { series, markers, summary } = figure<ChartFigure>('t-distribution');
    const { k, threshold, units, undefinedUnits } = fieldsOf(whole.result);
    const [rest, selected] = series as [Series, Series];
    expect(sum(selected.y)).toBe(k);
    expect(sum(rest.y)).toBe(units - k - undefinedUnits);
    expect(markers).toEqual([{ axis: 'x', value: threshold, label: expect.stringContaining('cut') as string }]);
    for (const x of selected.x) expect(Number(x)).toBeGreaterThan(threshold);
    for (const x of rest.x) expect(Number(x)).toBeLessThan(threshold);
    expect(summary).toContain('1 unit without a t');
  });

  it('compare held-out responses with random units, ± s.e.m.', () => {
    const { series } = figure<ChartFigure>('response-profiles');
    const { profile, profileRandom } = fieldsOf(whole.result);
    expect(series[0]!.x).toEqual(['sentences', 'nonwords', 'J']);
    expect(series[0]!.y).toEqual(profile.map(({ mean }) => mean));
    expect(series[0]!.high).toEqual(profile.map(({ mean, sem }) => mean + sem));
    expect(series[1]!.y).toEqual(profileRandom.map(({ mean }) => mean));
  });

  it('list the selected units', () => {
    const { columns, rows } = figure<TableFigure>('top-units');
    expect(columns.map(({ label }) => label)).toEqual([
      'Rank',
      'Layer',
      'Unit',
      't',
      'df',
      'p',
      'q (FDR)',
      'Mean |a|, sentences',
      'Mean |a|, nonwords',
      'Mean |a|, J',
      'Massive',
    ]);
    expect(rows).toHaveLength(golden.selected.length);
    for (const row of rows) expect(row).toHaveLength(columns.length);
    expect(rows.filter((row) => row.at(-1) === 'yes')).toHaveLength(golden.massive);
  });

  it('are summed up in one line', () => {
    const { largest } = fieldsOf(whole.result);
    expect(localization.summary(whole.result)).toMatch(
      new RegExp(
        `^10 of 72 units, largest t [\\d.]+ \\(layer ${largest.layer}, unit ${largest.unit}\\), split-half Dice 0.2$`,
      ),
    );
  });
});

describe('figures of unusual results', () => {
  it('show infinite t as such', async () => {
    const activations = goldenActivations();
    labels.forEach((label, row) => (activations[row * layers * width + 1] = label === 'S' ? 2 : 1));
    const { result } = await small({}, activations);
    const all = localization.figures(result);
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
    expect(figure<TableFigure>('top-units', all).rows[0]!.slice(0, 4)).toEqual([1, 0, 1, '∞']);
    expect(figure<MapFigure>('t-map', all).max[1]).toBe(figure<MapFigure>('t-map', all).range[1]);
    expect(figure<ChartFigure>('t-distribution', all).summary).toContain('1 with infinite t');
  });

  it('leave out what was not computed', async () => {
    const { result } = await small({ randomSeeds: 0, range: '40-75' });
    const all = localization.figures(result);
    expect(figure<ChartFigure>('selected-per-layer', all).series).toHaveLength(1);
    expect(figure<ChartFigure>('response-profiles', all).series).toHaveLength(1);
    expect(figure<ChartFigure>('t-distribution', all).summary).toContain('t between percentiles 40-75');
  });

  it('stay under 2 MB for a model of 64 layers of 1,024 units', async () => {
    const random = new Random(1);
    const big = new Float32Array(labels.length * 64 * 1024).map(() => random.uniform());
    const { result } = await run({ stimuli: [stimuli], randomSeeds: 1, count: 1200 }, fakeTransformer(big, 64, 1024));
    const all = localization.figures(result);
    expect(figure<TableFigure>('top-units', all).rows).toHaveLength(1000);
    const map = figure<MapFigure>('t-map', all);
    expect(map.min).toHaveLength(64 * Math.ceil(1024 / map.step));
    expect(JSON.stringify(all).length).toBeLessThan(2_000_000);
  });
});

it('a localization of one unit is told in the singular, with a typographic minus, and warned of where it is noise', async () => {
  const noise = Float32Array.from(goldenActivations(), (_, i) => ((i * 2654435761) % 4294967296) / 4294967296);
  const { result, warnings } = await small({ count: 1, randomSeeds: 0 }, noise);
  const text = localization
    .figures(result)
    .map(({ summary }) => summary)
    .join(' ');
  expect(text).toContain('The one selected unit lies in layer');
  expect(text).toContain('One unit was selected');
  expect(text).not.toMatch(/\b(the|all) 1 |\b1 (selected )?(units|layers)\b|(^|[ (])-\d/i);
  expect(text).toMatch(/from −\d/);
  expect(fieldsOf(result).significant.selected).toBe(0);
  expect(warnings.join()).toContain('No selected unit differs at q < 0.05');
  expect(whole.warnings.join()).not.toContain('No selected unit');
});

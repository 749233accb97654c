import { describe, expect, test } from 'vitest';
import { alignment } from '../../../../src/analyses/alignment/index';
import type { AlignmentFields, UnitRow } from '../../../../src/analyses/alignment/result';
import type { AnalysisResult } from '../../../../src/shared/analysis';
import type { ChartFigure, MapFigure } from '../../../../src/shared/figure';

const LAYERS = [0, 3, 6];

function unit(id: string, changes: Partial<UnitRow> = {}): UnitRow {
  return {
    id,
    subject: '',
    summary: false,
    bestLayer: 3,
    score: 0.3,
    normalised: NaN,
    ceiling: NaN,
    n: 50,
    folds: 5,
    alpha: 10,
    p: NaN,
    q: NaN,
    covariates: {},
    labels: {},
    ...changes,
  };
}

/** A result whose unit u scores 0.1, `score`, 0.1 over three layers. */
function resultOf(units: readonly UnitRow[], changes: Partial<AlignmentFields> = {}): AnalysisResult {
  const interval = [0.2, 0.4] as const;
  const fields: AlignmentFields = {
    dataset: 'D',
    simulated: false,
    granularity: 'sentence',
    metric: 'ridge',
    rows: 50,
    width: 8,
    modelLayers: 8,
    alpha: 'nested',
    folds: { name: 'kfold:5:0', count: 5, heldOut: [10, 10, 10, 10, 10] },
    columns: 'units',
    subjects: [{ subject: '', units: units.length }],
    summaryUnits: units.filter(({ summary }) => summary).length,
    aggregate: 'median',
    intervals: { over: 'stimuli', count: 50, resamples: 100 },
    layers: LAYERS.map((layer) => ({ layer, depth: (layer + 1) / 8, score: 0.3, interval, normalised: NaN })),
    best: {
      layer: 3,
      depth: 0.5,
      score: 0.3,
      normalised: NaN,
      interval,
      layerInterval: [0, 6],
      nestedScore: 0.25,
      nestedLayers: [3, 3, 3, 3, 0],
    },
    ceiling: NaN,
    ceilings: { units: 0, without: units.length },
    p: NaN,
    permutations: { draws: 0, how: 'none' },
    unitSets: [],
    setComparisons: [],
    units,
    missing: 0,
    ...changes,
  };
  const scores = Float64Array.from(
    LAYERS.flatMap((_, l) => units.map(({ score }) => (l === 1 ? score : score && 0.1))),
  );
  return { fields: { ...fields }, arrays: { scores: { data: scores, shape: [3, units.length] } } };
}

function charts(result: AnalysisResult): ChartFigure[] {
  return alignment.figures(result).filter((one): one is ChartFigure => one.id.startsWith('unit-curves'));
}

describe('curves of units', () => {
  const many = Array.from({ length: 12 }, (_, i) => unit(`u${i}`, { score: 0.5 - i / 100, subject: `s${i % 3}` }));

  test('are four at most in a chart, each of a style of its own', () => {
    const [only, ...more] = charts(resultOf(many.map((one) => ({ ...one, subject: '' }))));
    expect(more).toEqual([]);
    expect(only!.title).toBe('Curves of the 4 best units');
    expect(only!.series.map(({ name }) => name)).toEqual(['u0', 'u1', 'u2', 'u3']);
    expect(new Set(only!.series.map(({ role }) => role)).size).toBe(4);
    expect(only!.summary).toMatch(/the 4 of 12 units with the largest score.*not typical/);
  });

  test('stand in one chart per subject, on one scale', () => {
    const three = charts(resultOf(many));
    expect(three.map(({ id }) => id)).toEqual(['unit-curves-1', 'unit-curves-2', 'unit-curves-3']);
    expect(three[1]!.series.map(({ name }) => name)).toEqual(['s1 u1', 's1 u4', 's1 u7', 's1 u10']);
    expect(new Set(three.map(({ y }) => JSON.stringify(y.range))).size).toBe(1);
    expect(three[0]!.y.range![1]).toBeGreaterThan(0.5);
  });

  test('stand in one chart per region where there is one subject, and in one where regions are too many', () => {
    const regions = (count: number): UnitRow[] =>
      many.map((one, i) => ({ ...one, subject: '', labels: { region: `R${i % count}` } }));
    expect(charts(resultOf(regions(2))).map(({ title }) => title)).toEqual([
      'Curves of the 4 best units of R0',
      'Curves of the 4 best units of R1',
    ]);
    expect(charts(resultOf(regions(11)))).toHaveLength(1);
  });
});

describe('the map of layers and units', () => {
  const mapOf = (units: readonly UnitRow[]): MapFigure =>
    alignment.figures(resultOf(units)).find((one): one is MapFigure => one.kind === 'map')!;

  test('names up to forty units, and layers that do not follow one another, on its axes', () => {
    const named = mapOf([unit('IFG', { subject: 's1' }), unit('MFG', { subject: 's1' })]);
    expect(named.x.names).toEqual(['s1 IFG', 's1 MFG']);
    expect(named.y.names).toEqual(['0', '3', '6']);
    expect(mapOf([unit('a'), unit('all', { summary: true })]).x.names).toEqual(['a', 'all (summary)']);
    expect(mapOf(Array.from({ length: 41 }, (_, i) => unit(`u${i}`))).x.names).toBeUndefined();
  });
});

describe('sentences', () => {
  const first = (result: AnalysisResult): string => alignment.figures(result)[0]!.summary;

  test('say nothing of a best layer where nothing could be scored', () => {
    const none = [unit('a', { score: NaN, bestLayer: null }), unit('b', { score: NaN, bestLayer: null })];
    const best = { layer: null, depth: null, score: NaN, normalised: NaN, nestedScore: NaN, nestedLayers: [] };
    const nowhere = { ...best, interval: [NaN, NaN], layerInterval: [NaN, NaN] } as const;
    const result = resultOf(none, { best: nowhere });
    expect(first(result)).toMatch(/^There is no score for D: no unit could be scored\./);
    expect(alignment.figures(result).map(({ id }) => id)).toEqual(['layers', 'units']);
  });

  test('count the units of the aggregate, summary columns apart', () => {
    const result = resultOf([unit('a'), unit('b'), unit('all', { summary: true })]);
    expect(first(result)).toMatch(/of 2 units \(1 summary column apart\)/);
    expect(alignment.summary(result)).toMatch(/^D, 2 units \(1 summary column apart\): r 0\.3/);
  });

  test('give the average of ratios to the ceiling as what it is, and how many units it is of', () => {
    const best = { ...(resultOf([]).fields['best'] as AlignmentFields['best']), normalised: 0.881 };
    const result = resultOf([unit('a', { ceiling: 0.85 }), unit('b')], {
      ceiling: 0.85,
      ceilings: { units: 1, without: 1 },
      best,
    });
    expect(first(result)).toMatch(
      /The noise ceiling is 0\.85 over the 1 unit with one; r\/ceiling, unit by unit, has the median 0\.881/,
    );
  });

  test('do not say that a layer adds to the nuisance where none does', () => {
    const nuisance = { columns: ['rate'], score: 0.2, r2: 0.1 };
    const rows = resultOf([]).fields['layers'] as AlignmentFields['layers'];
    const told = (unique: readonly number[]): string =>
      alignment
        .figures(resultOf([unit('a')], { nuisance, layers: rows.map((row, i) => ({ ...row, unique: unique[i]! })) }))
        .find(({ id }) => id === 'unique-variance')!.summary;
    expect(told([NaN, -0.02, -0.01])).toMatch(/no layer adds to them; nearest comes layer 6 with −0\.01/);
    expect(told([NaN, 0.02, 0.03])).toMatch(/layer 6 adds the most, 0\.03/);
  });

  test('do not call a similarity a prediction', () => {
    const result = resultOf([unit('a')], { metric: 'cka' });
    expect(first(result)).toMatch(/^Layer 3 resembles D best/);
  });
});

describe('the embedding', () => {
  const layers = [-1, 0, 3].map((layer) => ({
    ...{ layer, depth: (layer + 1) / 8, score: 0.3, normalised: NaN, interval: [0.2, 0.4] as const },
  }));
  const { best } = resultOf([]).fields as unknown as AlignmentFields;
  const embedding = (units: readonly UnitRow[], changes: Partial<AlignmentFields> = {}): AnalysisResult =>
    resultOf(units, { layers, best: { ...best, layer: -1, depth: 0, layerInterval: [-1, 3] }, ...changes });
  const placed = [-20, 0, 20].map((x, i) =>
    unit(`u${i}`, { bestLayer: i === 0 ? 3 : -1, score: 0.5 - i / 10, position: [x, x / 2, 7 + i] }),
  );

  test('is called by its name in every text, never layer −1', () => {
    const nuisance = { columns: ['rate'], score: 0.2, r2: 0.1 };
    const told = layers.map((row) => ({ ...row, unique: row.layer < 0 ? 0.04 : 0.01 }));
    const result = embedding(placed, { nuisance, layers: told });
    const figures = alignment.figures(result);
    expect(JSON.stringify([figures, alignment.summary(result)])).not.toMatch(/layers? [-−]/i);
    expect(figures[0]!.summary).toMatch(
      /^The embedding predicts D best \(95 % of resamples: the embedding to layer 3\)/,
    );
    expect(alignment.summary(result)).toContain('at the embedding');
    const summaryOf = (id: string): string => figures.find((one) => one.id === id)!.summary;
    expect(summaryOf('unique-variance')).toContain('the embedding adds the most, 0.04');
    expect(summaryOf('unit-layers-space')).toContain('the embedding to layer 3');
  });

  test('may be the only layer', () => {
    const [only] = alignment.figures(embedding([unit('a', { bestLayer: -1 })], { layers: layers.slice(0, 1) }));
    expect(only!.summary).toMatch(/^The embedding, the only one, predicts D/);
  });
});

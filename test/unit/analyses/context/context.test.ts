import { afterAll, describe, expect, it } from 'vitest';
import { contextLength } from '../../../../src/analyses/context/index';
import type { Transformer } from '../../../../src/models/transformer';
import { figuresSchema } from '../../../../src/shared/figures-file';
import { jsonable } from '../../../../src/shared/json';
import { run as align } from '../alignment/support';
import { model, planted, run } from './support';

const opened: Transformer[] = [];
afterAll(async () => {
  for (const transformer of opened) await transformer.dispose();
});

const settings = { model, dataset: planted, alpha: 'loo', alphas: '1e-1:1e3:3', bootstrap: 100 };

describe('responses that read out layer 2 of the last five tokens', () => {
  const whole = run({ ...settings, lengths: '1,2,5,20,full', layers: '0,2' }, opened);

  it('are predicted best, and from there on, with five tokens', async () => {
    const { fields, result } = await whole;
    expect(fields.lengths).toEqual([1, 2, 5, 20, 'full']);
    expect(result.arrays['scores']!.shape).toEqual([5, 2, 4]);
    expect(fields.best).toMatchObject({ length: 5, layer: 2 });
    expect(fields.byLayer[1]).toMatchObject({ layer: 2, bestLength: 5, plateau: 5 });
    const curve = fields.byLength.map(({ layers }) => layers[1]!.score);
    // Noise of a fifth of the signal leaves r = 1/√1.04 = 0.98 at most.
    expect(curve[2]).toBeGreaterThan(0.8);
    for (const l of [0, 1, 4]) expect(curve[l]).toBeLessThan(0.9 * curve[2]!);
    expect(fields.units.every(({ bestLength }) => bestLength === 5)).toBe(true);
    const gain = fields.byLength[2]!.gains[1]!;
    expect(gain.score).toBeCloseTo(curve[2]! - curve[0]!, 12);
    expect(gain.interval[0]).toBeGreaterThan(0.2);
    expect(gain.interval[1]).toBeGreaterThan(gain.score);
    expect(fields.byLength[0]!.gains[1]).toEqual({ score: 0, interval: [0, 0] });
  });

  it('have with the full context the scores of align, to the last digit', async () => {
    const { result, fields } = await whole;
    const alone = await align({ ...settings, layers: '0,2' }, opened);
    const { data } = result.arrays['scores']!;
    expect(data.slice(-8)).toEqual(alone.result.arrays['scores']!.data);
    const folds = result.arrays['foldScores']!;
    expect(folds.data.slice(-alone.result.arrays['foldScores']!.data.length)).toEqual(
      alone.result.arrays['foldScores']!.data,
    );
    expect(fields.byLength.at(-1)!.layers).toEqual(alone.fields.layers);
    expect(fields.folds).toEqual(alone.fields.folds);
  });

  it('have figures within the contract, which say that nothing was recorded', async () => {
    const { result } = await whole;
    const figures = contextLength.figures(result);
    expect(figures.map(({ id }) => id)).toEqual([
      'lengths',
      'length-map',
      'best-layer',
      'units',
      'lengths-table',
      'layers-table',
    ]);
    const file = jsonable({ schema: 'brainlens/figures@1', figures });
    expect(figuresSchema.safeParse(file).error).toBeUndefined();
    for (const { summary } of figures) expect(summary).toMatch(/^Simulated responses, not a brain\./);
    expect(contextLength.summary(result)).toMatch(
      /^Simulated data: Planted context, 4 units: r 0\.\d+ \[.*\] with 5 tokens at layer 2, 0\.\d+ with 1 token$/,
    );
  });

  it('are said to be shared work, timed and weighed before anything is scored', async () => {
    const { fields, progress } = await whole;
    expect(fields.sharing.tokens).toBeLessThan(fields.sharing.windowTokens);
    const phases = progress.map(({ phase }) => phase);
    const scored = phases.findIndex((phase) => phase.startsWith('Encoding'));
    const before = phases.slice(0, scored).join('\n');
    expect(before).toMatch(/^Memory: about .* of 4\.0 GB$/m);
    expect(before).toMatch(/windows in .* sequences \(.* tokens instead of .*\)/);
    expect(before).toMatch(/^Estimated time of the windows: /m);
    expect(fields.estimatedSeconds).toBeGreaterThan(0);
    const counts = progress.filter(({ phase }) => phase.startsWith('Encoding'));
    expect(counts.every(({ total }) => total === 10)).toBe(true);
    expect(counts.map(({ done }) => done)).toEqual(counts.map(({ done }) => done).sort((a, b) => a - b));
  });
});

describe('similarity without a fit', () => {
  it('has one score per length, layer and subject', async () => {
    const { result, fields } = await run(
      { model, dataset: planted, metric: 'debiased-cka', lengths: '1,5', layers: '0,2' },
      opened,
    );
    expect(result.arrays['scores']!.shape).toEqual([2, 2, 1]);
    expect(fields.best).toMatchObject({ length: 5, layer: 2 });
    expect(contextLength.figures(result).map(({ id }) => id)).toContain('lengths');
  });
});

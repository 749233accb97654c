import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { contextLength } from '../../../../src/analyses/context/index';
import { contextSpec } from '../../../../src/analyses/context/spec';
import type { Transformer } from '../../../../src/models/transformer';
import { parseSpec } from '../../../../src/shared/analysis';
import { figuresSchema } from '../../../../src/shared/figures-file';
import { jsonable } from '../../../../src/shared/json';
import { encodeNpy } from '../../../../src/shared/npy';
import { MemoryCheckpoint } from '../ablation/support';
import { run as align, samples } from '../alignment/support';
import { temporaryFolder } from '../../models/support';
import { folder, model, planted, run } from './support';

const opened: Transformer[] = [];
afterAll(async () => {
  for (const transformer of opened) await transformer.dispose();
});
const home = temporaryFolder();

const scoring = { alpha: 'loo', alphas: '1e-1:1e3:3', bootstrap: 100 };
const settings = { model, dataset: planted, ...scoring };

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

describe('a run that was cancelled', () => {
  it('is taken up behind the last length that was scored, with the same numbers', async () => {
    const checkpoint = new MemoryCheckpoint();
    const stop = new AbortController();
    const asked = { ...settings, lengths: '1,3,8', layers: '1' };
    const write = checkpoint.write;
    checkpoint.write = async (name, data) => {
      await write(name, data);
      if (checkpoint.kept.size === 2) stop.abort();
    };
    await expect(run(asked, opened, { checkpoint, signal: stop.signal })).rejects.toMatchObject({ name: 'Cancelled' });
    expect([...checkpoint.kept.keys()]).toEqual(['scores 1', 'scores 3']);
    checkpoint.write = write;
    const resumed = await run(asked, opened, { checkpoint });
    const encoded = resumed.progress.filter(({ phase }) => phase.startsWith('Encoding'));
    expect(encoded[0]!.done).toBe(2);
    const plain = await run(asked, opened);
    expect(resumed.result).toEqual({
      ...plain.result,
      fields: { ...plain.result.fields, estimatedSeconds: resumed.fields.estimatedSeconds },
    });
    expect(resumed.warnings).toEqual(plain.warnings);
  });
});

describe('a length that no text exceeds', () => {
  it('repeats the full context, and that is said', async () => {
    const asked = { ...settings, lengths: '400,450,full', layers: '2' };
    const { result, fields, warnings, progress } = await run(asked, opened);
    expect(progress.filter(({ phase }) => phase.startsWith('Encoding')).at(-1)!.total).toBe(1);
    expect(fields.sharing.windows).toBe(0);
    const { data } = result.arrays['scores']!;
    expect(data.slice(0, 4)).toEqual(data.slice(8));
    expect(warnings.join('\n')).toMatch(
      /No word has more than \d+ tokens up to its last: lengths 400, 450, full read the same windows/,
    );
  });
});

describe('a length that few words exceed', () => {
  it('has a gain that is surer than its score: both lengths are resampled together', async () => {
    const { fields } = await run({ ...settings, lengths: '110,full', layers: '2' }, opened);
    const { layers, gains } = fields.byLength[1]!;
    expect(fields.byLength[0]!.wholeWords).toBeGreaterThan(200);
    expect(fields.byLength[0]!.wholeWords).toBeLessThan(fields.words);
    const widthOf = ([low, high]: readonly [number, number]): number => high - low;
    expect(widthOf(gains[0]!.interval)).toBeGreaterThan(0);
    // Resampled apart, a difference of two scores is √2 times as wide as one of them.
    expect(widthOf(gains[0]!.interval)).toBeLessThan(widthOf(layers[0]!.interval));
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

describe('a time series', () => {
  it('is aligned at every length, and with the full context as align does, in overlapping windows', async () => {
    const [, ...rows] = readFileSync(join(folder, 'planted/words.csv'), 'utf8').trim().split('\n');
    const words = rows.map((row, i) => `${row.split(',')[1]},${i},${i + 0.5}`);
    writeFileSync(join(home, 'timed.csv'), `word,onset,offset\n${words.join('\n')}\n`);
    const data = Float64Array.from({ length: 144 * 2 }, (_, i) => Math.sin(i * i));
    writeFileSync(join(home, 'scans.npy'), encodeNpy({ data, shape: [144, 2] }));
    writeFileSync(
      join(home, 'series.yaml'),
      [
        'name: Series',
        'granularity: timeseries',
        'words: { file: timed.csv, word: word, onset: onset, offset: offset }',
        'responses: { file: scans.npy }',
        'timing: { tr: 2, scans: 144, delays: [1, 2] }',
      ].join('\n'),
    );
    const asked = { ...settings, dataset: join(home, 'series.yaml'), layers: '2' };
    const { result, fields } = await run({ ...asked, lengths: '5,full' }, opened);
    expect(fields).toMatchObject({ granularity: 'timeseries', width: 128, rows: 144, words: 288 });
    // The text is longer than the model's context of 512 tokens.
    expect(fields.sharing.windowTokens).toBeGreaterThan(288 * 4);
    const alone = await align(asked, opened);
    expect(result.arrays['scores']!.data.slice(2)).toEqual(alone.result.arrays['scores']!.data);
    expect(result.arrays['scores']!.data.slice(0, 2)).not.toEqual(alone.result.arrays['scores']!.data);
  });
});

describe('what does not go together is refused by name', () => {
  const refusal = (changes: Record<string, unknown>) => run({ ...settings, ...changes }, opened);

  it('responses to sentences', async () => {
    const sentences = join(samples, 'datasets/simulated/dataset.yaml');
    await expect(refusal({ dataset: sentences })).rejects.toThrow(
      /Simulated recordings of tiny-random has responses to sentences, and context is measured word by word/,
    );
  });

  it('windows longer than the model’s context', async () => {
    const words = Array.from({ length: 300 }, (_, i) => `${i},word,a`).join('\n');
    writeFileSync(join(home, 'words.csv'), `id,word,run\n${words}\n`);
    writeFileSync(join(home, 'responses.csv'), `id,x\n${words.replace(/,word,a/g, ',1')}\n`);
    writeFileSync(
      join(home, 'dataset.yaml'),
      [
        'name: Long',
        'granularity: word',
        'stimuli: { file: words.csv, text: word, id: id }',
        'words: { file: words.csv, word: word, run: run }',
        'responses: { file: responses.csv, id: id, columns: [x] }',
      ].join('\n'),
    );
    await expect(refusal({ dataset: join(home, 'dataset.yaml'), lengths: '5,600' })).rejects.toThrow(
      /--lengths 600: the model takes at most 512 tokens of text/,
    );
  });

  it('a budget that cannot hold the fits, before anything is computed', async () => {
    await expect(run(settings, opened, { memory: 1e6 })).rejects.toThrow(
      /needs about .* but the memory budget is 1\.0 MB/,
    );
  });

  it.each([
    [{ lengths: '5,2' }, '--lengths: must ascend, each named once, full at the end'],
    [{ lengths: 'full,5' }, '--lengths: must ascend, each named once, full at the end'],
    [{ lengths: '0,5' }, '--lengths: must be numbers of tokens, and full, such as 1,2,5,10,full'],
    [{ metric: 'cka', pca: 5 }, '--pca: goes with --metric ridge only'],
    [{ alphas: '5:1:3' }, '--alphas: must go from a positive number to a larger one'],
  ])('%j', (changes, message) => {
    expect(() => parseSpec(contextSpec, { ...settings, ...changes })).toThrow(message);
  });

  it('a layer that the model does not have', async () => {
    await expect(refusal({ layers: '4' })).rejects.toThrow('Layer 4 is not in the model');
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { alignment } from '../../../../src/analyses/alignment/index';
import { latencyOf } from '../../../../src/analyses/alignment/latency';
import type { LayerRow } from '../../../../src/analyses/alignment/result';
import { readNpyFile } from '../../../../src/data/npy-file';
import type { Transformer } from '../../../../src/models/transformer';
import { figuresSchema } from '../../../../src/shared/figures-file';
import { jsonable } from '../../../../src/shared/json';
import { encodeNpy } from '../../../../src/shared/npy';
import { temporaryFolder } from '../../models/support';
import { run, samples } from './support';

const opened: Transformer[] = [];
afterAll(async () => {
  for (const transformer of opened) await transformer.dispose();
});
const home = temporaryFolder();
const words = join(import.meta.dirname, '../../../golden/context/planted');

describe('word-locked responses with lags', () => {
  /** The planted responses of two units appear 0.1 and 0.3 s after the word; all else is unrelated to it. */
  async function dataset(): Promise<string> {
    const { data, shape } = await readNpyFile(join(words, 'responses.npy'));
    const [rows, units] = shape as [number, number];
    const [lags, peaks] = [5, [2, 4]];
    const responses = new Float64Array(rows * 2 * lags);
    for (let row = 0; row < rows; row += 1) {
      peaks.forEach((peak, unit) => {
        for (let lag = 0; lag < lags; lag += 1) {
          const from = lag === peak ? row : (row * 7 + 31 * lag) % rows;
          responses[(row * 2 + unit) * lags + lag] = data[from * units + unit]!;
        }
      });
    }
    writeFileSync(join(home, 'responses.npy'), encodeNpy({ data: responses, shape: [rows, 2, lags] }));
    writeFileSync(
      join(home, 'dataset.yaml'),
      [
        'name: Lagged',
        'simulated: true',
        'granularity: word',
        `stimuli: { file: ${join(words, 'words.csv')}, text: word, id: id, group: run }`,
        `words: { file: ${join(words, 'words.csv')}, word: word, run: run }`,
        'responses: { file: responses.npy }',
        'lags: { start: -0.1, step: 0.1, unit: s }',
      ].join('\n'),
    );
    return join(home, 'dataset.yaml');
  }

  it('give every unit its latency back, and say where every layer peaks', async () => {
    const settings = { model: join(samples, 'models/tiny-random'), dataset: await dataset(), layers: '0,2' };
    const { result, fields } = await run({ ...settings, alpha: 'loo', alphas: '1e-1:1e3:3', bootstrap: 100 }, opened);
    const { latency } = fields;
    expect(latency!.lags).toEqual([-0.1, 0, 0.1, 0.2, 0.3]);
    expect(latency!.units.map(({ peakLag }) => peakLag)).toEqual([0.1, 0.3]);
    const { data, shape } = result.arrays['lagScores']!;
    expect(shape).toEqual([5, 2, 2]);
    const scores = result.arrays['scores']!;
    for (let lag = 0; lag < 5; lag += 1) {
      for (let layer = 0; layer < 2; layer += 1) {
        for (let unit = 0; unit < 2; unit += 1) {
          expect(data[(lag * 2 + layer) * 2 + unit]).toBe(scores.data[layer * 10 + unit * 5 + lag]);
        }
      }
    }
    expect([0.1, 0.3]).toContain(latency!.layers[1]!.peakLag);
    const figures = alignment.figures(result);
    expect(figures.map(({ id }) => id)).toEqual(expect.arrayContaining(['latency', 'lag-map']));
    const file = jsonable({ schema: 'brainlens/figures@1', figures });
    expect(figuresSchema.safeParse(file).error).toBeUndefined();
  });
});

describe('latencies', () => {
  const unit = (id: string, subject: string, lag: number) => ({
    ...{ id: `${id} @ ${lag} s`, unit: id, subject, lag, summary: false, ceiling: NaN },
    ...{ covariates: {}, labels: {} },
  });
  const rows = [0, 1].map((layer) => ({ layer }) as LayerRow);

  it('are of units of the same name in different subjects apart', () => {
    const targets = ['a', 'b'].flatMap((subject) => [0, 0.5].map((lag) => unit('u', subject, lag)));
    const scores = Float64Array.of(0.1, 0.2, 0.6, 0.3, 0.4, 0.1, 0.2, 0.5);
    const { fields } = latencyOf({ scores }, { targets }, rows, 'median')!;
    expect(fields.units).toEqual([
      { id: 'u', subject: 'a', peakLag: 0, layer: 1, score: 0.4 },
      { id: 'u', subject: 'b', peakLag: 0, layer: 0, score: 0.6 },
    ]);
    expect(fields.layers.map(({ peakLag }) => peakLag)).toEqual([0, 0]);
    expect(fields.layers[0]!.scores[0]).toBeCloseTo(0.35, 12);
  });

  it('are none where there is one lag, or no axis of lags', () => {
    const one = { scores: Float64Array.of(0.1, 0.2) };
    expect(latencyOf(one, { targets: [unit('u', '', 0)] }, rows, 'median')).toBeUndefined();
    const plain = { id: 'u', subject: '', summary: false, ceiling: NaN, covariates: {}, labels: {} };
    expect(latencyOf(one, { targets: [plain] }, rows, 'median')).toBeUndefined();
  });
});

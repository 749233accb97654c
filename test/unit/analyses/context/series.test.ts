import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Transformer } from '../../../../src/models/transformer';
import { encodeNpy } from '../../../../src/shared/npy';
import { run as align } from '../alignment/support';
import { temporaryFolder } from '../../models/support';
import { folder, model, run } from './support';

const opened: Transformer[] = [];
afterAll(async () => {
  for (const transformer of opened) await transformer.dispose();
});
const home = temporaryFolder();

const settings = { model, alpha: 'loo', alphas: '1e-1:1e3:3', bootstrap: 100 };

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

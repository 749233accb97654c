import { afterAll, describe, expect, it } from 'vitest';
import type { Transformer } from '../../../../src/models/transformer';
import { MemoryCheckpoint } from '../ablation/support';
import { model, planted, run } from './support';

const opened: Transformer[] = [];
afterAll(async () => {
  for (const transformer of opened) await transformer.dispose();
});

const settings = { model, dataset: planted, alpha: 'loo', alphas: '1e-1:1e3:3', bootstrap: 100 };

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

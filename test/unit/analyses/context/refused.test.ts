import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { contextSpec } from '../../../../src/analyses/context/spec';
import type { Transformer } from '../../../../src/models/transformer';
import { parseSpec } from '../../../../src/shared/analysis';
import { samples } from '../alignment/support';
import { temporaryFolder } from '../../models/support';
import { model, planted, run } from './support';

const opened: Transformer[] = [];
afterAll(async () => {
  for (const transformer of opened) await transformer.dispose();
});
const home = temporaryFolder();

const settings = { model, dataset: planted, alpha: 'loo', alphas: '1e-1:1e3:3', bootstrap: 100 };

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

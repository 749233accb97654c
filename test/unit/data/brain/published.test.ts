import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import type { BrainDataset } from '../../../../src/data/brain/dataset';
import { describeFolder } from '../../../../src/data/brain/describe-folder';
import { loadDataset } from '../../../../src/data/brain/load';
import { parseManifest } from '../../../../src/data/brain/manifest-file';
import { folderOf } from './world';

const ROOT = join(import.meta.dirname, '../../../..');
const DATA = join(ROOT, '../shared/data');

/** A manifest of the documentation, its paths pointed at the data. */
async function published(ctx: TestContext, name: string, folder: string): Promise<BrainDataset> {
  await access(join(DATA, folder)).catch(() => ctx.skip(`without shared/data/${folder}`));
  const text = await readFile(join(ROOT, 'docs/datasets', `${name}.dataset.yaml`), 'utf8');
  const here = await folderOf({ 'd.dataset.yaml': text.replaceAll(`${folder}/`, `${join(DATA, folder)}/`) });
  return await loadDataset(join(here, 'd.dataset.yaml'));
}

describe('the manifests of the documentation', () => {
  it('read Tuckute 2024: a thousand sentences, five regions and the network beside them', async (ctx) => {
    const dataset = await published(ctx, 'tuckute2024', 'tuckute2024');
    expect([dataset.rows, dataset.granularity, dataset.warnings]).toEqual([1000, 'sentence', []]);
    expect(dataset.units.filter(({ summary }) => summary).map(({ id }) => id)).toEqual(['lang_LH_netw']);
    expect(dataset.stimuli[1]).toMatchObject({ id: 'B.2', text: 'All sorts of treasure there too.' });
    // As the file has them in its second row.
    expect(Array.from(dataset.responses.slice(6, 9))).toEqual([0.764862424, 0.34045212300000005, 1.004542752]);
  });

  it('read Alice: 27 subjects, the clock of the words on that of the scans', async (ctx) => {
    const dataset = await published(ctx, 'alice', 'alice_fmri');
    expect([dataset.rows, dataset.units.length, dataset.words.length]).toEqual([362, 162, 2127]);
    expect(new Set(dataset.units.map(({ subject }) => subject)).size).toBe(27);
    expect(dataset.warnings).toEqual(['Left out, as the manifest says: subject s33.']);
    expect(dataset.words[0]).toMatchObject({ word: 'Alice' });
    expect(dataset.words[0]!.onset).toBeCloseTo(0.0589, 4);
    expect(dataset.words.at(-1)!.offset).toBeLessThan(724);
    expect(dataset.nuisance!.data).toHaveLength(724);
    const column = Array.from({ length: 362 }, (_, row) => dataset.responses[row * 162]!);
    expect(column.reduce((sum, value) => sum + value, 0) / 362).toBeCloseTo(0, 10);
    expect(column.reduce((sum, value) => sum + value ** 2, 0) / 362).toBeCloseTo(1, 10);
  });

  it('refuse Alice without its offset of 20 s: the words outlast the scans', async (ctx) => {
    await access(join(DATA, 'alice_fmri')).catch(() => ctx.skip('without shared/data/alice_fmri'));
    const text = await readFile(join(ROOT, 'docs/datasets/alice.dataset.yaml'), 'utf8');
    const folder = await folderOf({
      'd.yaml': text.replaceAll('alice_fmri/', `${join(DATA, 'alice_fmri')}/`).replace('start: 20, ', ''),
    });
    await expect(loadDataset(join(folder, 'd.yaml'))).rejects.toThrow(
      /362 rows × 2 s are 724 s, but the last word ends at 743\.335 s/,
    );
  });

  it('read the UCL corpus: words with their context, six measures, two predictors', async (ctx) => {
    const dataset = await published(ctx, 'ucl-frank', 'ucl_frank_devarda');
    expect([dataset.rows, dataset.units.length, dataset.granularity]).toEqual([1726, 6, 'word']);
    expect(dataset.words[0]).toEqual({ word: 'the', run: '96', context: 'Arthur placed' });
    expect(new Set(dataset.stimuli.map(({ group }) => group)).size).toBe(205);
    expect(dataset.nuisance!.columns).toEqual(['Subtlex_log10', 'length']);
    expect(dataset.warnings).toEqual([
      '30 missing values of the nuisance predictor "Subtlex_log10" replaced by its mean over 1696 rows.',
    ]);
  });
});

describe('first drafts for published folders', () => {
  it('find regions and network of Tuckute 2024', async (ctx) => {
    await access(join(DATA, 'tuckute2024')).catch(() => ctx.skip('without shared/data/tuckute2024'));
    const { text } = await describeFolder(join(DATA, 'tuckute2024'));
    const { stimuli, responses } = parseManifest(text, 'proposal');
    expect(stimuli).toEqual({ file: 'bold_response_LH.csv', text: 'sentence', id: 'item_id' });
    expect(responses.columns).toHaveLength(5);
    expect(responses.summary).toEqual(['lang_LH_netw']);
  });
});

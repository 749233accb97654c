import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeFolder } from '../../../../src/data/brain/describe-folder';
import { loadDataset } from '../../../../src/data/brain/load';
import { parseManifest } from '../../../../src/data/brain/manifest-file';
import { writeManifest } from '../../../../src/data/brain/write-manifest';
import { folderOf, SENTENCES } from './world';

describe('a first manifest for a folder', () => {
  it('finds text, id, responses and the mean among them in one table', async () => {
    const folder = await folderOf({
      'bold.csv':
        'item_id,sentence,LH_IFG,LH_MFG,LH_netw,word_length\nB1,The cat sat.,1,2,1.5,3\nB2,Dogs bark loud.,2,1,1.5,4\nB3,It rains now.,0,3,1.4,2\n',
    });
    const { text } = await describeFolder(folder);
    const manifest = parseManifest(text, 'proposal');
    expect(manifest.stimuli).toEqual({ file: 'bold.csv', text: 'sentence', id: 'item_id' });
    expect(manifest.responses).toEqual({
      file: 'bold.csv',
      id: 'item_id',
      columns: ['LH_IFG', 'LH_MFG'],
      summary: ['LH_netw'],
    });
    expect(manifest.nuisance).toEqual({ columns: ['word_length'] });
    const dataset = await loadDataset(await writeManifest(folder, text));
    expect(dataset.rows).toBe(3);
  });

  it('finds a long table, coordinates and reliabilities', async () => {
    const folder = await folderOf({
      'stimuli.csv': SENTENCES,
      'long.csv': 'id,neuroid,value,subject\na,e1,1,s1\nb,e1,2,s1\nc,e1,3,s1\n',
      'electrodes.tsv': 'name\tx\ty\tz\tlatency\ne1\t1\t2\t3\t100\n',
      'reliability.csv': 'neuroid,r\ne1,0.5\n',
    });
    const { text } = await describeFolder(folder);
    const dataset = await loadDataset(await writeManifest(folder, text));
    expect(dataset.units).toEqual([
      expect.objectContaining({ id: 'e1', subject: 's1', position: [1, 2, 3], covariates: { latency: 100 } }),
    ]);
    expect(dataset.units[0]!.ceiling).toBeCloseTo(Math.SQRT1_2, 12);
    expect(dataset.stimuli[0]!.group).toBe('p1');
  });

  it('never writes over a manifest', async () => {
    const folder = await folderOf({ 'dataset.yaml': 'mine' });
    await expect(writeManifest(folder, 'new')).rejects.toThrow(/dataset\.yaml is there already/);
    expect(await readFile(join(folder, 'dataset.yaml'), 'utf8')).toBe('mine');
  });

  it('says that there are no texts', async () => {
    await expect(describeFolder(await folderOf({ 'a.csv': 'x,y\n1,2\n' }))).rejects.toThrow(
      /no table with a column of texts/,
    );
  });
});

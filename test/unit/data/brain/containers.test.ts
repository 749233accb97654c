import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../../src/data/brain/load';
import { datasetFrom } from './world';

const FORMATS = join(import.meta.dirname, '../../../golden/formats');
interface Expected {
  readonly shape: readonly number[];
  readonly data: readonly (number | null)[];
}
const golden = JSON.parse(await readFile(join(FORMATS, 'golden.json'), 'utf8')) as {
  responses: Expected;
  assemblies: Record<string, Expected>;
  nifti: Record<string, { series: Expected; voxels: number[][]; positions: Expected }>;
  gifti: { series: Expected; faces: Expected };
};
const fixture = (name: string): string => join(FORMATS, name);
const nanFor = ({ data }: Expected): number[] => data.map((value) => value ?? NaN);

describe('a Brain-Score assembly without a manifest', () => {
  it('gives stimuli, subjects, regions and responses; a presentation without text is left out by name', async () => {
    const dataset = await loadDataset(fixture('assembly.nc'));
    expect(dataset.stimuli.map(({ id, text, group }) => [id, text, group])).toEqual([
      ['s0', 'A b.', '0'],
      ['s1', 'C ö.', '0'],
      ['s3', 'E f g.', '1'],
      ['s4', 'H.', '2'],
    ]);
    expect(dataset.units.map(({ subject, id, labels }) => [subject, id, labels['roi']])).toEqual([
      ['018', '11', 'IFG'],
      ['018', '12', 'MFG'],
      ['288', '13', 'IFG'],
    ]);
    const all = nanFor(golden.assemblies['assembly']!);
    expect(Array.from(dataset.responses)).toEqual([...all.slice(0, 6), ...all.slice(9)]);
    expect(dataset.warnings[0]).toBe('1 response (s2) of 5 without a stimulus: left out.');
    expect(dataset.files.map(({ role }) => role)).toEqual(['responses']);
  });

  it('takes its time bins, in milliseconds, for lags', async () => {
    const dataset = await loadDataset(fixture('assembly-time.nc'));
    expect(dataset.lags).toEqual({ count: 2, start: 0, step: 0.1 });
    expect(dataset.responses).toHaveLength(4 * 3 * 2);
  });

  it('refuses files of other kinds', async () => {
    await expect(loadDataset(fixture('v5.mat'))).rejects.toThrow(/neither a dataset manifest/);
  });
});

describe('arrays in containers', () => {
  const rows = golden.responses.shape[0]!;
  const stimuli = `text\n${Array.from({ length: rows }, (_, i) => `Sentence ${i}.`).join('\n')}\n`;
  const load = (name: string, variable: string) =>
    datasetFrom(`name: t\nstimuli: { file: s.csv }\nresponses: { file: ${fixture(name)}, variable: ${variable} }\n`, {
      's.csv': stimuli,
    });

  it.each([
    ['v5.mat', 'responses'],
    ['v73.mat', 'responses'],
    ['one.mat', 'x'],
  ])('come out of %s', async (name, variable) => {
    const dataset = await load(name, variable);
    expect(Array.from(dataset.responses)).toEqual(nanFor(golden.responses));
  });

  it('names what is inside where no array of that name is', async () => {
    await expect(load('one.mat', 'nothing')).rejects.toThrow(/one\.mat holds no "nothing".*x \[/);
  });
});

describe('images', () => {
  it('give voxels of a mask as units in space', async () => {
    const expected = golden.nifti['bold-f4']!;
    const [scans, voxels] = expected.series.shape as [number, number];
    const dataset = await datasetFrom(
      `name: t\nresponses: { file: ${fixture('bold-f4.nii.gz')}, mask: ${fixture('mask.nii.gz')} }\nwords: { file: w.csv, onset: onset }\ntiming: { tr: 2 }\n`,
      { 'w.csv': 'word,onset\na,0.1\nb,1.1\n' },
    );
    expect([dataset.rows, dataset.units.length]).toEqual([scans, voxels]);
    // Stored as float32 of values about 100.
    expected.series.data.forEach((value, i) => expect(dataset.responses[i]).toBeCloseTo(value!, 4));
    // Affines are float32.
    expect(dataset.units[1]!.position![0]).toBeCloseTo(expected.positions.data[3]!, 4);
    expect(dataset.units.map(({ id }) => id)).toEqual(expected.voxels.map((voxel) => voxel.join('-')));
    expect(dataset.files.map(({ role }) => role)).toContain('mask');
  });

  it('come with a surface to draw them on', async () => {
    const [times, vertices] = golden.gifti.series.shape as [number, number];
    const dataset = await datasetFrom(
      `name: t\nresponses: { file: ${fixture('gzip.func.gii')} }\nwords: { file: w.csv, onset: onset }\ntiming: { tr: 2 }\nsurface: ${fixture('gzip.surf.gii')}\n`,
      { 'w.csv': 'word,onset\na,0.1\n' },
    );
    expect([dataset.rows, dataset.units.length]).toEqual([times, vertices]);
    expect(Array.from(dataset.surface!.faces)).toEqual(golden.gifti.faces.data);
  });

  it('need a mask', async () => {
    const promise = datasetFrom(
      `name: t\nresponses: { file: ${fixture('bold-f4.nii.gz')} }\nwords: { file: w.csv, onset: onset }\ntiming: { tr: 2 }\n`,
      { 'w.csv': 'word,onset\na,0.1\n' },
    );
    await expect(promise).rejects.toThrow(/Name a mask/);
  });
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNpyFile } from '../../../../src/data/npy-file';
import { datasetFrom } from './world';

const GOLDEN = join(import.meta.dirname, '../../../golden/brain');
const SCANS = '1 5\n2 6\n3 4\n4 2\n5 3\n6 9\n';
const WORDS = 'word,onset,offset\nOnce,0.5,0.9\nupon,1.0,1.6\ntime,11.2,11.9\n';
const scans = (more: string, files: Record<string, string> = {}, responses = 'file: r.txt') =>
  datasetFrom(
    `name: t\nresponses: { ${responses}, header: false, columns: [u, v] }\nwords: { file: w.csv, onset: onset, offset: offset }\n${more}`,
    { 'r.txt': SCANS, 'w.csv': WORDS, ...files },
  );

describe('words of BIDS events', () => {
  const events = (rows: string, words = 'file: sub-1_events.tsv') =>
    datasetFrom(
      `name: t\nresponses: { file: r.txt, header: false, columns: [u, v] }\nwords: { ${words} }\ntiming: { tr: 2 }\n`,
      { 'r.txt': SCANS, 'sub-1_events.tsv': rows },
    );

  it('have onset and duration by their names; events that are no words are left out and counted', async () => {
    const { words, warnings } = await events(
      'onset\tduration\tword\n0.5\t0.3\tthe\n1\t0\tn/a\n1.25\tn/a\tcat\n3\t0.5\tnone\n',
    );
    expect(words).toEqual([
      { word: 'the', run: '', onset: 0.5, offset: 0.8 },
      { word: 'cat', run: '', onset: 1.25 },
      { word: 'none', run: '', onset: 3, offset: 3.5 },
    ]);
    expect(warnings[0]).toMatch(/1 event of .*sub-1_events\.tsv without a word: left out/);
  });

  it.each([
    ['onset\tword\n1\ta\n', /no column .*duration/],
    ['onset\tduration\tword\nsoon\t1\ta\n', /row 1 \(line 2\), column "onset": "soon" is not a number/],
    ['onset\tduration\tword\nn/a\t1\ta\n', /row 1 \(line 2\): no time for "a"/],
    ['onset\tduration\tword\n1\t-2\ta\n', /"a" ends at -1 s, before it begins at 1 s/],
  ])('refuse %j', async (rows, message) => {
    await expect(events(rows)).rejects.toThrow(message);
  });
});

describe('a time series', () => {
  it('has scans for rows and words with their times', async () => {
    const dataset = await scans('timing: { tr: 2, scans: 6 }\n');
    expect(dataset.granularity).toBe('timeseries');
    expect(dataset.rows).toBe(6);
    expect(dataset.runs).toEqual([{ run: '', start: 0, length: 6 }]);
    expect(dataset.timing).toEqual({ step: 2, delays: [1, 2, 3, 4] });
    expect(dataset.words[2]).toEqual({ word: 'time', run: '', onset: 11.2, offset: 11.9 });
    expect(dataset.stimuli).toEqual([]);
    expect(Array.from(dataset.responses.slice(0, 4))).toEqual([1, 5, 2, 6]);
  });

  it('is refused where words outlast the scans, with both numbers', async () => {
    await expect(scans('timing: { tr: 1.5 }\n')).rejects.toThrow(
      /6 rows × 1\.5 s are 9 s, but the last word ends at 11\.9 s/,
    );
    await expect(scans('timing: { tr: 2, scans: 7 }\n')).rejects.toThrow(/has 6 scans, but timing\.scans is 7/);
  });

  it('moves words onto the clock of the scans, and counts those before the first', async () => {
    const dataset = await scans('timing: { tr: 2, start: 1 }\n');
    expect(dataset.words.map(({ onset }) => onset)).toEqual([-0.5, 0, 10.2]);
    expect(dataset.warnings).toEqual(['1 word before the first row: heard, but not recorded.']);
  });

  it('keeps nuisance predictors with their scans where the rows of the runs alternate', async () => {
    const dataset = await datasetFrom(
      `name: t
responses: { file: r.csv, run: run, columns: [u] }
words: { file: w.csv, onset: onset, offset: offset, run: run }
timing: { tr: 2 }
nuisance: { file: n.csv, columns: [low] }
`,
      {
        'r.csv': 'run,u\n1,10\n2,20\n1,11\n2,21\n',
        'n.csv': 'low\n100\n200\n110\n210\n',
        'w.csv': 'word,run,onset,offset\na,1,0,1\nb,2,1,2\n',
      },
    );
    expect(Array.from(dataset.responses)).toEqual([10, 11, 20, 21]);
    expect(Array.from(dataset.nuisance!.data)).toEqual([100, 110, 200, 210]);
  });

  it('takes subjects and runs from file names, runs behind each other, subjects side by side', async () => {
    const files: Record<string, string> = { 'w.csv': 'word,run,onset,offset\na,1,0,1\nb,2,1,2\n' };
    for (const subject of ['s1', 's2', 's3']) {
      files[`${subject}_run-2.txt`] = `${subject[1]}21 0\n${subject[1]}22 0\n`;
      files[`${subject}_run-1.txt`] = `${subject[1]}11 1\n${subject[1]}12 0\n${subject[1]}13 0\n`;
    }
    const dataset = await datasetFrom(
      `name: t
responses: { files: s*_run-*.txt, subject: ^(s\\d), run: run-(\\d), exclude: [s3], header: false, columns: [u, v] }
words: { file: w.csv, onset: onset, offset: offset, run: run }
timing: { tr: 2 }
`,
      files,
    );
    expect(dataset.units.map(({ subject, id }) => `${subject} ${id}`)).toEqual(['s1 u', 's1 v', 's2 u', 's2 v']);
    expect(dataset.runs).toEqual([
      { run: '1', start: 0, length: 3 },
      { run: '2', start: 3, length: 2 },
    ]);
    expect(Array.from({ length: 5 }, (_, row) => dataset.responses[row * 4 + 2])).toEqual([211, 212, 213, 221, 222]);
    expect(dataset.warnings[0]).toBe('Left out, as the manifest says: subject s3.');
  });

  it('names runs of the words that were not recorded', async () => {
    const promise = datasetFrom(
      'name: t\nresponses: { file: r.csv, run: run, columns: [u] }\nwords: { file: w.csv, onset: onset, run: run }\ntiming: { tr: 2 }\n',
      { 'r.csv': 'run,u\nA,1\nA,2\n', 'w.csv': 'word,onset,run\na,0,A\nb,0,B\n' },
    );
    await expect(promise).rejects.toThrow(/Runs of the words \(B\) are not among those of the responses \(A\)/);
  });

  it('is scaled per run as numpy does', async () => {
    const recording = await readNpyFile(join(GOLDEN, 'recording.npy'));
    const rows = Array.from(
      { length: 600 },
      (_, i) => `${i < 300 ? 'A' : 'B'},${Array.from(recording.data.slice(i * 3, i * 3 + 3)).join(',')}`,
    );
    const dataset = await datasetFrom(
      'name: t\nresponses: { file: r.csv, run: run, columns: [a, b, c], scale: zscore-per-run }\nwords: { file: w.csv, onset: onset, run: run }\ntiming: { tr: 2 }\n',
      { 'r.csv': `run,a,b,c\n${rows.join('\n')}\n`, 'w.csv': 'word,onset,run\na,0,A\nb,0,B\n' },
    );
    const expected = await readNpyFile(join(GOLDEN, 'zscore-expected.npy'));
    // Sums in another order than numpy's pairwise ones.
    expected.data.forEach((value, i) => {
      if (Number.isNaN(value)) expect(dataset.responses[i]).toBeNaN();
      else expect(dataset.responses[i]).toBeCloseTo(value, 10);
    });
    expect(dataset.counts.missing).toBe(5);
  });
});

describe('a continuous recording', () => {
  const files = async (): Promise<Record<string, string | Uint8Array>> => ({
    'y.npy': await readFile(join(GOLDEN, 'recording.npy')),
    'w.csv': await readFile(join(GOLDEN, 'words.csv')),
  });
  const manifest = (rate: number): string =>
    `name: t\nresponses: { file: y.npy }\nwords: { file: w.csv, onset: onset, offset: offset }\ntiming: { rate: ${rate}, window: [0.0, 0.4] }\n`;

  it('is averaged over the window of each word, as numpy does', async () => {
    const dataset = await datasetFrom(manifest(100), await files());
    const expected = await readNpyFile(join(GOLDEN, 'recording-expected.npy'));
    expect([dataset.rows, dataset.units.length]).toEqual([10, 3]);
    // Sums in another order: a few units in the last place.
    expected.data.forEach((value, i) => {
      expect(dataset.responses[i]).toBeCloseTo(value, 11);
    });
    expect(dataset.stimuli.map(({ text }) => text)).toEqual(dataset.words.map(({ word }) => word));
    expect(dataset.timing).toEqual({ step: 0.01, delays: [0], window: [0, 0.4] });
  });

  it('is refused where it is shorter than its words', async () => {
    await expect(datasetFrom(manifest(200), await files())).rejects.toThrow(/600 rows × 0\.005 s are 3 s/);
  });
});

describe('words with responses of their own', () => {
  it('are rows; the run is the sentence, the context a column', async () => {
    const dataset = await datasetFrom(
      'name: t\nstimuli: { file: w.csv, id: n, text: word, group: sent }\nresponses: { file: w.csv, id: n, columns: [RT] }\nwords: { word: word, context: before }\n',
      { 'w.csv': 'n,sent,word,before,RT\n1,B,cat,The,300\n2,A,bark,Dogs,310\n3,B,sat,The cat,290\n' },
    );
    expect(dataset.granularity).toBe('word');
    expect(dataset.words).toEqual([
      { word: 'cat', run: 'B', context: 'The' },
      { word: 'bark', run: 'A', context: 'Dogs' },
      { word: 'sat', run: 'B', context: 'The cat' },
    ]);
    expect(dataset.stimuli.map(({ text, group }) => [text, group])[1]).toEqual(['bark', 'A']);
  });
});

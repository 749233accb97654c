import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeNpy } from '../../../../src/shared/npy';
import { readTable } from '../../../../src/data/tables';
import { datasetFrom, SENTENCES } from './world';

const GOLDEN = join(import.meta.dirname, '../../../golden/brain');
const WIDE = 'id,IFG,MFG,netw\nb,2,20,11\na,1,10,5.5\nc,3,NA,3\n';
const manifest = (responses: string, more = ''): string =>
  `name: test\nstimuli: { file: s.csv, id: id, group: passage }\nresponses: ${responses}\n${more}`;
const wide = (columns: string, rows = WIDE, more = '') =>
  datasetFrom(manifest(`{ file: r.csv, id: id, columns: ${columns}, summary: [netw] }`, more), {
    's.csv': SENTENCES,
    'r.csv': rows,
  });

describe('sentences and a wide table', () => {
  it('joins by id in the order of the stimuli, keeps missing values and flags summaries', async () => {
    const dataset = await wide('[IFG, MFG]');
    expect(Array.from(dataset.responses)).toEqual([1, 10, 5.5, 2, 20, 11, 3, NaN, 3]);
    expect(dataset.units.map(({ id, summary }) => [id, summary])).toEqual([
      ['IFG', false],
      ['MFG', false],
      ['netw', true],
    ]);
    expect(dataset.stimuli.map(({ id, text, group }) => [id, text, group])[2]).toEqual(['c', 'Rain falls.', 'p2']);
    expect(dataset.counts).toEqual({ repetitions: 0, missing: 1, unmatchedStimuli: 0, unmatchedResponses: 0 });
    expect(dataset.files.map(({ role }) => role)).toEqual(['manifest', 'stimuli', 'responses']);
    expect(dataset.warnings).toEqual(['1 missing value among 9 responses: left out unit by unit.']);
  });

  it('takes all numeric columns where none are named', async () => {
    const dataset = await datasetFrom(manifest('{ file: r.csv, id: id }'), { 's.csv': SENTENCES, 'r.csv': WIDE });
    expect(dataset.units.map(({ id }) => id)).toEqual(['IFG', 'MFG', 'netw']);
  });

  it('counts and names what matches only in part', async () => {
    const dataset = await wide('[IFG, MFG]', 'id,IFG,MFG,netw\na,1,2,3\nb,2,3,4\nx,1,1,1\n');
    expect(dataset.stimuli.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(dataset.warnings).toEqual([
      '1 stimulus (c) of 3 without responses: left out.',
      '1 response (x) of 3 without a stimulus: left out.',
    ]);
    expect(dataset.counts.unmatchedStimuli).toBe(1);
    expect(dataset.counts.unmatchedResponses).toBe(1);
  });

  it('lists the first five ids of each side where none match', async () => {
    const rows = `id,IFG,MFG,netw\n${['1', '2', '3', '4', '5', '6', '7'].map((id) => `${id},1,2,3`).join('\n')}\n`;
    await expect(wide('[IFG, MFG]', rows)).rejects.toThrow(
      /No id of .*r\.csv \(1, 2, 3, 4, 5 and 2 more\) is an id of .*s\.csv \(a, b, c\)/,
    );
  });

  it('names duplicate ids, texts in numeric columns and columns that are not there', async () => {
    await expect(wide('[IFG, MFG]', `${WIDE}b,1,1,1\n`)).rejects.toThrow(
      /more than one response of the same unit to b\./,
    );
    await expect(wide('[IFG, MFG]', WIDE.replace('20', 'many'))).rejects.toThrow(
      /row 1 \(line 2\), column "MFG": "many" is not a number/,
    );
    await expect(wide('[IFG, MGF]')).rejects.toThrow(/no column "MGF"\. Did you mean "MFG"\?/);
    const twice = datasetFrom(manifest('{ file: r.csv, id: id }'), {
      's.csv': `${SENTENCES}a,Again.,p1\n`,
      'r.csv': WIDE,
    });
    await expect(twice).rejects.toThrow(/s\.csv: ids occur more than once: a\./);
  });

  it('names constant units and units without responses', async () => {
    const dataset = await wide('[IFG, MFG]', 'id,IFG,MFG,netw\na,1,NA,1\nb,1,NA,2\nc,1,,3\n');
    expect(dataset.warnings.join('\n')).toContain('1 unit (MFG) without any response');
    expect(dataset.warnings.join('\n')).toContain('1 unit (IFG) with one constant value');
  });

  it('needs as many rows as stimuli where there are no ids', async () => {
    const promise = datasetFrom(manifest('{ file: r.csv, columns: [IFG] }'), {
      's.csv': SENTENCES,
      'r.csv': 'IFG\n1\n2\n',
    });
    await expect(promise).rejects.toThrow(/r\.csv has 2 rows of responses, .*s\.csv 3 stimuli/);
  });
});

describe('a long table', () => {
  it('averages repetitions as pandas does, missing values left out, and keeps subjects apart', async () => {
    const stimuli = `item,text\n${Array.from({ length: 8 }, (_, i) => `i${i},Sentence ${i}.`).join('\n')}\n`;
    const dataset = await datasetFrom(
      'name: long\nstimuli: { file: s.csv, id: item }\nresponses: { file: long.csv, id: item, unit: neuroid, value: value, subject: subject, repetition: rep }\n',
      { 's.csv': stimuli, 'long.csv': await readFile(join(GOLDEN, 'long.csv')) },
    );
    const expected = await readTable(join(GOLDEN, 'long-expected.csv'));
    expect(dataset.units).toHaveLength(4);
    dataset.units.forEach(({ subject, id }, unit) => {
      for (let row = 0; row < 8; row++) {
        const text = expected.value(row, `${subject} ${id}`) as string;
        const value = dataset.responses[row * 4 + unit]!;
        // pandas sums in another order: 1e-12 is a few units in the last place.
        if (text === '') expect(value).toBeNaN();
        else expect(value).toBeCloseTo(Number(text), 12);
      }
    });
    expect(dataset.counts.repetitions).toBeGreaterThan(50);
  });

  it('refuses a second value without a column of repetitions', async () => {
    const promise = datasetFrom(manifest('{ file: r.csv, id: id, unit: u, value: v }'), {
      's.csv': SENTENCES,
      'r.csv': 'id,u,v\na,x,1\na,x,2\nb,x,1\n',
    });
    await expect(promise).rejects.toThrow(/more than one response of the same unit to a\. If these are repetitions/);
  });

  it('leaves subjects out by name, and says so', async () => {
    const dataset = await datasetFrom(
      manifest('{ file: r.csv, id: id, unit: u, value: v, subject: s, exclude: [2] }'),
      {
        's.csv': SENTENCES,
        'r.csv': 'id,u,v,s\na,x,1,1\nb,x,2,1\nc,x,3,1\na,x,7,2\nb,x,8,2\nc,x,9,2\n',
      },
    );
    expect(dataset.units.map(({ subject }) => subject)).toEqual(['1']);
    expect(dataset.warnings).toEqual(['Left out, as the manifest says: subject 2.']);
  });
});

describe('arrays in the order of the stimuli', () => {
  const npy = (shape: number[]) =>
    encodeNpy({ data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i), shape });

  it('reads .npy, with names from the manifest, and lags', async () => {
    const flat = await datasetFrom(manifest('{ file: y.npy, columns: [u, v] }'), {
      's.csv': SENTENCES,
      'y.npy': npy([3, 2]),
    });
    expect(Array.from(flat.responses)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(flat.units.map(({ id }) => id)).toEqual(['u', 'v']);
    const lagged = await datasetFrom(manifest('{ file: y.npy }', 'lags: { start: -200, step: 100, unit: ms }\n'), {
      's.csv': SENTENCES,
      'y.npy': npy([3, 2, 4]),
    });
    expect(lagged.lags!.count).toBe(4);
    expect(lagged.lags!.start).toBeCloseTo(-0.2, 12);
    expect(lagged.responses[1 * 8 + 1 * 4 + 2]).toBe(14);
  });

  it('asks what a third axis is', async () => {
    const promise = datasetFrom(manifest('{ file: y.npy }'), { 's.csv': SENTENCES, 'y.npy': npy([3, 2, 4]) });
    await expect(promise).rejects.toThrow(/third axis of 4 lags\. Say what they are/);
  });
});

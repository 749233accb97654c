import { describe, expect, it } from 'vitest';
import { readBidsElectrodes, readBidsEvents } from '../../../../src/data/formats/bids';
import { numericColumn } from '../../../../src/data/formats/numeric';
import { readTable } from '../../../../src/data/tables';
import { expectProblem, written } from './support';

describe('a numeric column', () => {
  it('reads numbers in every usual spelling, and what is missing as NaN', async () => {
    const spellings = ['1', '-2.5', '+.5', '3.', '1e-3', ' 7 ', 'inf', '-Infinity'];
    const missing = ['', 'NA', 'NaN', 'n/a', 'nan', 'null'];
    const rows = [...spellings, ...missing].map((value, i) => `r${i},${value}`);
    const table = await readTable(written('numbers.csv', `id,x\n${rows.join('\n')}\n`));
    expect(Array.from(numericColumn(table, 'x'))).toEqual([
      ...[1, -2.5, 0.5, 3, 0.001, 7, Infinity, -Infinity],
      ...missing.map(() => NaN),
    ]);
  });

  it('reads the numbers, truth values and nulls of JSON', async () => {
    const table = await readTable(written('numbers.jsonl', '{"x":1.5}\n{"x":null}\n{"x":true}\n{"y":1}\n'));
    expect(Array.from(numericColumn(table, 'x'))).toEqual([1.5, NaN, 1, NaN]);
  });

  it.each(['high', '1,5', '0x10', '1 2', '--'])('names row and column of "%s"', async (text) => {
    const table = await readTable(written('text.csv', `id,x\na,1\nb,"${text}"\n`));
    await expectProblem(
      Promise.resolve().then(() => numericColumn(table, 'x')),
      /text\.csv, row 2 \(line 3\), column "x": ".*" is not a number\. Write a number/,
    );
  });

  it('lists the columns where there is none of that name', async () => {
    const table = await readTable(written('columns.csv', 'id,x\na,1\n'));
    expect(() => numericColumn(table, 'y')).toThrow(/has no column "y"\. Its columns are: id, x/);
  });
});

describe('BIDS events', () => {
  it('reads onsets, durations and the other columns, n/a included', async () => {
    const file = written('events.tsv', 'onset\tduration\ttrial_type\tword\n0.5\t0.3\tS\tthe\n1.25\tn/a\tn/a\tcat\n');
    const { onset, duration, table } = await readBidsEvents(file);
    expect(onset).toEqual(new Float64Array([0.5, 1.25]));
    expect(duration).toEqual(new Float64Array([0.3, NaN]));
    expect([table.value(0, 'trial_type'), table.value(1, 'trial_type'), table.value(1, 'word')]).toEqual([
      'S',
      'n/a',
      'cat',
    ]);
  });

  it.each([
    ['onset\tword\n1\ta\n', /has no column "duration"/],
    ['onset\tduration\nsoon\t1\n', /row 1 \(line 2\), column "onset": "soon" is not a number/],
    ['onset\tduration\nn/a\t1\n', /row 1 \(line 2\) has no onset/],
    ['onset\tduration\n1\t-2\n', /duration -2 is negative/],
    ['', /events-bad\.tsv is empty/],
  ])('refuses %j', async (content, message) => {
    await expectProblem(readBidsEvents(written('events-bad.tsv', content)), message);
  });
});

describe('BIDS electrodes', () => {
  it('reads names and coordinates, n/a as NaN', async () => {
    const file = written('electrodes.tsv', 'name\tx\ty\tz\tsize\nLT1\t-40.5\t10\t2\t5\nRT2\tn/a\tn/a\tn/a\t5\n');
    const { names, positions, table } = await readBidsElectrodes(file);
    expect(names).toEqual(['LT1', 'RT2']);
    expect(positions).toEqual(new Float64Array([-40.5, 10, 2, NaN, NaN, NaN]));
    expect(table.columns).toContain('size');
  });

  it.each([
    ['name\tx\ty\nA\t1\t2\n', /has no column "z"/],
    ['name\tx\ty\tz\nA\t1\t2\tup\n', /column "z": "up" is not a number/],
    ['name\tx\ty\tz\nA\t1\t2\t3\nA\t1\t2\t3\n', /row 2 \(line 3\): electrode "A" is there already in row 1/],
    ['name\tx\ty\tz\nn/a\t1\t2\t3\n', /the electrode has no name/],
  ])('refuses %j', async (content, message) => {
    await expectProblem(readBidsElectrodes(written('electrodes-bad.tsv', content)), message);
  });
});

import { describe, expect, it } from 'vitest';
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
    expect(() => numericColumn(table, 'y')).toThrow(/has no column "y"\. Its columns are: id, x\./);
    const many = await readTable(written('many.csv', 'a,b,c,d,e,f,g,h,i,j\n1,2,3,4,5,6,7,8,9,10\n'));
    expect(() => numericColumn(many, 'y')).toThrow(/Its columns are: a, b, c, d, e, f, g, h, …$/);
  });
});

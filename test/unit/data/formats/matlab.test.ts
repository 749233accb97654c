import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readMatlab } from '../../../../src/data/formats/matlab';
import { expectArray, expectProblem, fixture, golden, truncated, written } from './support';

const ECOG = join(__dirname, '../../../../../shared/data/ecog_fedorenko_mit');

describe.each(['v5.mat', 'v7.mat', 'v73.mat'])('MATLAB file %s', (name) => {
  it('reads matrices in the shape that MATLAB shows', async () => {
    const mat = await readMatlab(fixture(name));
    expectArray(await mat.numbers('responses'), golden.responses);
    expectArray(await mat.numbers('cube'), golden.mat.cube!);
    expectArray(await mat.numbers('int16'), golden.mat.int16!);
    expectArray(await mat.numbers('logical'), { shape: [1, 2], data: [1, 0] });
    expectArray(await mat.numbers('empty'), { shape: [0, 3], data: [] });
  });

  it('takes scalar structs apart', async () => {
    const mat = await readMatlab(fixture(name));
    expectArray(await mat.numbers('data.x'), golden.responses);
    expect(await mat.texts('data.label')).toEqual(['inner']);
  });

  it('reads text and cell arrays of text', async () => {
    const mat = await readMatlab(fixture(name));
    expect(await mat.texts('title')).toEqual(['a title']);
    expect(await mat.texts('names')).toEqual(['a', 'word two', 'ö']);
  });

  it.each([
    ['z', /"z" is complex numbers, not numbers\. Save its real part/],
    ['sparse', /"sparse" is sparse, not numbers\. Save it with full/],
    ['mixed', /"mixed" is cell, not numbers/],
    ['title', /"title" is text, not numbers/],
    [
      'nothing',
      /holds no "nothing"\. Name one of: responses \[6, 4\]|holds no "nothing"\. Name one of: .*cube \[2, 3, 4\]/,
    ],
  ])('says why "%s" is no matrix', async (variable, message) => {
    const mat = await readMatlab(fixture(name));
    await expectProblem(mat.numbers(variable), message);
  });

  it('refuses the truncated file', async () => {
    await expectProblem(readMatlab(truncated(name, 0.7)), /truncated|damaged/);
  });
});

describe('MATLAB files of level 5', () => {
  it('reads single, uint64, char matrices and nested structs', async () => {
    const mat = await readMatlab(fixture('v7.mat'));
    expectArray(await mat.numbers('single'), golden.mat.single!);
    expectArray(await mat.numbers('uint64'), { shape: [1, 1], data: [2 ** 53] });
    expectArray(await mat.numbers('data.deep.y'), { shape: [1, 2], data: [1, 2] });
    expect(await mat.texts('rows')).toEqual(['ab', 'c']);
    await expectProblem(mat.numbers('several'), /"several" is struct array/);
  });

  it('reads the other byte order, and needs no name for one variable', async () => {
    expectArray(await (await readMatlab(fixture('big-endian.mat'))).numbers(), {
      shape: [2, 3],
      data: [1, 2, 3, 4, 5, 6],
    });
    expectArray(await (await readMatlab(fixture('one.mat'))).numbers(), golden.responses);
  });

  it('refuses version 4 and other files by name', async () => {
    await expectProblem(readMatlab(fixture('v4.mat')), /v4\.mat is a MATLAB file of version 4\. Save it again/);
    await expectProblem(readMatlab(written('text.mat', 'x = [1 2; 3 4]\n'.repeat(20))), /text\.mat is not a MATLAB/);
    await expectProblem(readMatlab(written('tiny.mat', 'x')), /tiny\.mat is not a MATLAB/);
  });

  it('reads the ECoG matrices as their CSV copies have them', async (ctx) => {
    if (!existsSync(ECOG)) ctx.skip('needs ../shared/data/ecog_fedorenko_mit');
    for (const condition of ['sentence', 'wordlist']) {
      const mat = await readMatlab(join(ECOG, `electrode_words_in_${condition}_matrix.mat`));
      const { data, shape } = await mat.numbers();
      expect(shape).toEqual([98, 416]);
      const rows = readFileSync(join(ECOG, `${condition}_98x416.csv`), 'utf8')
        .trim()
        .split(/\r?\n/);
      const csv = rows.flatMap((row) => row.split(',').map(Number));
      expect(csv.length).toBe(data.length);
      // The copies were printed with six significant digits.
      const apart = csv.map((value, i) => Math.abs(value - data[i]!) / Math.max(1e-6, Math.abs(data[i]!)));
      expect(Math.max(...apart)).toBeLessThan(6e-6);
    }
  });
});

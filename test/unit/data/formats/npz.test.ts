import { describe, expect, it } from 'vitest';
import { openNpz } from '../../../../src/data/formats/npz';
import { readNpyFile } from '../../../../src/data/npy-file';
import { expectArray, expectProblem, fixture, golden, truncated, written } from './support';

describe('.npy files of every real type', () => {
  it.each(Object.keys(golden.npy))('reads %s as numpy does', async (name) => {
    const { data, shape } = await readNpyFile(fixture(`${name}.npy`));
    const finite = Array.from(data, (value) => (Number.isFinite(value) || Number.isNaN(value) ? value : 0));
    expectArray({ data: finite, shape }, golden.npy[name]!);
  });

  it('keeps the infinity of float16 with its sign', async () => {
    expect((await readNpyFile(fixture('f16.npy'))).data[1]).toBe(-Infinity);
  });

  it('refuses a whole number that float64 would change, and complex numbers', async () => {
    await expectProblem(readNpyFile(fixture('too-large.npy')), /too-large\.npy holds 9007199254740993,/);
    await expectProblem(readNpyFile(fixture('complex.npy')), /complex\.npy stores numbers as <c16/);
  });
});

describe('.npz archives', () => {
  it('lists what is inside and reads an array by its name', async () => {
    const npz = await openNpz(fixture('plain.npz'));
    expect(npz.entries).toMatchObject([
      { name: 'responses', shape: [6, 4], type: 'f8' },
      { name: 'id', shape: [6], type: 'i8' },
    ]);
    expectArray(npz.array('responses'), golden.responses);
    expect(Array.from(npz.array('id').data)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('needs no name where there is one array, compressed or not', async () => {
    expectArray((await openNpz(fixture('packed.npz'))).array(), golden.responses);
  });

  it('asks for a name among several, and lists them for a wrong one', async () => {
    const npz = await openNpz(fixture('plain.npz'));
    expect(() => npz.array()).toThrow(
      /plain\.npz holds 2 arrays where one is needed\. Name one of: responses \[6, 4\] f8/,
    );
    expect(() => npz.array('bold')).toThrow(/holds no "bold"/);
  });

  it('reads numbers beside text, and names the text', async () => {
    const npz = await openNpz(fixture('labels.npz'));
    expectArray(npz.array('responses'), golden.responses);
    expect(() => npz.array('names')).toThrow(/labels\.npz, array "names", stores numbers as <U1/);
  });

  it('refuses other files, cut ones and archives without arrays', async () => {
    await expectProblem(openNpz(fixture('f16.npy')), /f16\.npy is not a NumPy \.npz archive/);
    await expectProblem(openNpz(truncated('plain.npz', 0.6)), /plain\.npz cannot be unpacked/);
    const nothing = new Uint8Array(22);
    nothing.set([0x50, 0x4b, 5, 6]);
    await expectProblem(openNpz(written('nothing.npz', nothing)), /nothing\.npz holds no arrays/);
  });
});

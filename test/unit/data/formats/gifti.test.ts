import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGiftiSeries, readGiftiSurface } from '../../../../src/data/formats/gifti';
import { expectArray, expectProblem, fixture, golden, truncated, written } from './support';

const { series, points, faces, ascii } = golden.gifti;
const ascii64 = readFileSync(fixture('ascii.func.gii'), 'utf8');

describe('GIFTI', () => {
  it.each(['gzip', 'base64', 'column-major-big'])('reads the time series of %s as [time, vertices]', async (name) => {
    expectArray(await readGiftiSeries(fixture(`${name}.func.gii`)), series);
  });

  it('reads numbers written as text, as nibabel reads them back', async () => {
    expectArray(await readGiftiSeries(fixture('ascii.func.gii')), ascii.series);
    const { vertices } = await readGiftiSurface(fixture('ascii.surf.gii'));
    expectArray({ data: vertices, shape: [4, 3] }, ascii.points);
  });

  it('reads exponents and NaN in text', async () => {
    const file = written('exponents.func.gii', document('ASCII', '1.5e-3 -2E2 NaN\n-inf'));
    const { data, shape } = await readGiftiSeries(file);
    expect(shape).toEqual([1, 4]);
    expect(data).toEqual(new Float32Array([1.5e-3, -200, NaN, -Infinity]));
  });

  it.each(['gzip', 'base64', 'ascii'])('reads vertices and faces of a surface in %s', async (name) => {
    const surface = await readGiftiSurface(fixture(`${name}.surf.gii`));
    expectArray({ data: surface.faces, shape: [3, 3] }, faces);
    expectArray({ data: surface.vertices, shape: [4, 3] }, name === 'ascii' ? ascii.points : points);
  });

  it('tells surfaces from data', async () => {
    await expectProblem(readGiftiSeries(fixture('gzip.surf.gii')), /gzip\.surf\.gii is a surface, not data/);
    await expectProblem(
      readGiftiSurface(fixture('gzip.func.gii')),
      /gzip\.func\.gii is no surface: it has no NIFTI_INTENT_POI/,
    );
  });

  it.each([
    ['text in a numeric place', document('ASCII', '1 2 three 4'), /"three" stands where a number should/],
    ['a value too few', document('ASCII', '1 2 3'), /of the shape \[4\] holds 3 values/],
    ['data in another file', document('ExternalFileBinary', ''), /keeps its data in another file/],
    ['damaged compression', document('GZipBase64Binary', 'AAAA'), /an array cannot be unpacked/],
    ['an unknown encoding', document('Morse', '.-'), /encoded as "Morse"/],
    ['another document', '<svg></svg>', /is not a GIFTI file/],
    ['no XML', 'a,b\n1,2\n', /not well-formed XML/],
    ['a series of two surfaces', ascii64.replace(/Dim0="7"/, 'Dim0="6"'), /holds 7 values/],
  ])('refuses %s', async (_, content, message) => {
    await expectProblem(readGiftiSeries(written('bad.func.gii', content)), message);
  });

  it('refuses a truncated file and a face without its vertex', async () => {
    await expectProblem(readGiftiSeries(truncated('gzip.func.gii', 0.6)), /not well-formed XML/);
    const text = readFileSync(fixture('ascii.surf.gii'), 'utf8');
    const stray = written('stray.surf.gii', text.replace(/(TRIANGLE[\s\S]*?<Data>)0/, '$19'));
    await expectProblem(readGiftiSurface(stray), /a face names vertex 9 of 4/);
  });
});

function document(encoding: string, data: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?><GIFTI Version="1.0" NumberOfDataArrays="1"><DataArray ' +
    'Intent="NIFTI_INTENT_NONE" DataType="NIFTI_TYPE_FLOAT32" ArrayIndexingOrder="RowMajorOrder" Dimensionality="1" ' +
    `Dim0="4" Encoding="${encoding}" Endian="LittleEndian"><Data>${data}</Data></DataArray></GIFTI>`
  );
}

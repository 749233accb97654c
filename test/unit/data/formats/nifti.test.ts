import { describe, expect, it } from 'vitest';
import { readNiftiSeries } from '../../../../src/data/formats/nifti';
import { expectArray, expectProblem, fixture, golden, truncated, written } from './support';

const MASK = fixture('mask.nii.gz');
/** Header affines are float32: coordinates of some 50 mm carry an error of a few millionths. */
const MILLIMETRE_TOLERANCE = 1e-5;
/** Series in float32 of values about 100. */
const VALUE_TOLERANCE = 1e-5;

describe('NIfTI time series at the voxels of a mask', () => {
  it.each([
    ['bold-f4.nii.gz', 'mask.nii.gz', 2],
    ['bold-i2-scaled.nii', 'mask.nii.gz', 2],
    ['bold-f8-nifti2.nii', 'mask.nii.gz', 1.5],
    ['bold-u2-big.nii', 'mask-nan.nii', 2],
    ['bold-q.nii', 'mask-q.nii.gz', 2],
    ['bold-q-nifti2.nii', 'mask-q-nifti2.nii.gz', 2],
    ['one-volume.nii', 'mask.nii.gz', undefined],
  ])('reads %s as nibabel does', async (name, mask, tr) => {
    const expected = golden.nifti[name.replace(/\.nii(\.gz)?$/, '')]!;
    const series = await readNiftiSeries(fixture(name), fixture(mask));
    expectArray(series, expected.series, VALUE_TOLERANCE);
    expect(Array.from(series.voxels)).toEqual(expected.voxels.flat());
    expectArray({ data: series.positions, shape: [4, 3] }, expected.positions, MILLIMETRE_TOLERANCE);
    expect(series.tr).toBe(tr);
  });

  it('keeps float64 where float32 would round', async () => {
    const { data } = await readNiftiSeries(fixture('bold-f8-nifti2.nii'), MASK);
    expect(data).toBeInstanceOf(Float64Array);
    expect(Array.from(data)).toEqual(golden.nifti['bold-f8-nifti2']!.series.data);
  });

  it.each([
    ['mask-small.nii.gz', /mask-small\.nii\.gz has 2 × 4 × 2 voxels, .*bold-f4\.nii\.gz 3 × 4 × 2\. Resample/],
    ['mask-moved.nii.gz', /mask-moved\.nii\.gz lies elsewhere.*differ by up to 1\.00 mm/],
    ['mask-empty.nii.gz', /mask-empty\.nii\.gz is 0 everywhere/],
    ['bold-f4.nii.gz', /bold-f4\.nii\.gz holds 5 volumes/],
  ])('refuses %s as a mask', async (mask, message) => {
    await expectProblem(readNiftiSeries(fixture('bold-f4.nii.gz'), fixture(mask)), message);
  });

  it.each(['grey.dscalar.nii', 'renamed.nii'])('refuses CIFTI by name: %s', async (name) => {
    await expectProblem(readNiftiSeries(fixture(name), MASK), /is a CIFTI file.*wb_command -cifti-separate/);
  });

  it('refuses complex data, other files and truncated ones', async () => {
    await expectProblem(readNiftiSeries(fixture('complex.nii'), MASK), /complex\.nii holds .*complex.* data/i);
    await expectProblem(readNiftiSeries(written('text.nii', 'x'.repeat(400)), MASK), /text\.nii is not a NIfTI file/);
    await expectProblem(readNiftiSeries(written('short.nii', 'x'), MASK), /short\.nii is not a NIfTI file/);
    await expectProblem(
      readNiftiSeries(truncated('bold-q.nii', 0.8), MASK),
      /bytes where its header, 3 × 4 × 2 × 5, asks/,
    );
    await expectProblem(readNiftiSeries(truncated('bold-f4.nii.gz', 0.8), MASK), /bold-f4\.nii\.gz cannot be unpacked/);
    await expectProblem(readNiftiSeries('/no/such.nii', MASK), /such\.nii does not exist/);
  });
});

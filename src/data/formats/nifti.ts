import { UserError } from '../../shared/errors';
import { sizeOf } from './entries';
import { readNiftiImage, type NiftiImage } from './nifti-image';

/** Time series of the voxels of a mask. */
export interface VoxelSeries {
  /**
   * [time, voxels], scaled by the header's slope and intercept; voxels in NumPy's order of `data[mask]` (the last axis
   * varies fastest).
   */
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly [time: number, voxels: number];
  /** f64 [voxels, 3], millimetres: the header's sform, else its qform, else the voxel sizes alone. */
  readonly positions: Float64Array;
  /** i32 [voxels, 3]: indices in the volume. */
  readonly voxels: Int32Array;
  /** Seconds from one volume to the next, by the header; absent where it names no unit of time. */
  readonly tr?: number;
}

/** Affines are float32 in the file and may have gone through several programs; a hundredth of a millimetre is nothing. */
const AFFINE_TOLERANCE = 0.01;

/**
 * Reads a 4-D (or, as one volume, 3-D) NIfTI file (`.nii`, `.nii.gz`; versions 1 and 2) at the voxels where `maskFile` is
 * neither 0 nor NaN.
 * @throws UserError for CIFTI, other files, complex or colour data, a mask of another shape or affine, or an empty one
 */
export async function readNiftiSeries(file: string, maskFile: string): Promise<VoxelSeries> {
  const mask = await readNiftiImage(maskFile);
  if (mask.volumes !== 1) {
    throw new UserError(`${maskFile} holds ${mask.volumes} volumes`, 'A mask is one volume: name a 3-D file.');
  }
  const image = await readNiftiImage(file);
  requireSameGrid(image, mask);
  const voxels = voxelsOf(mask);
  const count = voxels.length / 3;
  if (count === 0) throw new UserError(`${maskFile} is 0 everywhere`, 'A mask is 1 at the voxels to read.');
  return {
    data: seriesAt(image, voxels),
    shape: [image.volumes, count],
    positions: positionsOf(voxels, image.affine),
    voxels,
    ...(image.tr !== undefined && { tr: image.tr }),
  };
}

function requireSameGrid(image: NiftiImage, mask: NiftiImage): void {
  if (image.size.some((length, axis) => length !== mask.size[axis])) {
    throw new UserError(
      `${mask.file} has ${mask.size.join(' × ')} voxels, ${image.file} ${image.size.join(' × ')}`,
      'Resample the mask to the image.',
    );
  }
  const apart = Math.max(...image.affine.map((value, i) => Math.abs(value - mask.affine[i]!)));
  if (!(apart <= AFFINE_TOLERANCE)) {
    throw new UserError(
      `${mask.file} lies elsewhere than ${image.file}: their affines differ by up to ${apart.toPrecision(3)} mm`,
      'Resample the mask to the image.',
    );
  }
}

function voxelsOf(mask: NiftiImage): Int32Array {
  const [nx, ny, nz] = mask.size;
  const inside: number[] = [];
  for (let i = 0; i < nx; i++) {
    for (let j = 0; j < ny; j++) {
      for (let k = 0; k < nz; k++) {
        const value = mask.value(i + nx * (j + ny * k));
        if (value !== 0 && !Number.isNaN(value)) inside.push(i, j, k);
      }
    }
  }
  return Int32Array.from(inside);
}

function seriesAt(image: NiftiImage, voxels: Int32Array): Float32Array | Float64Array {
  const [nx, ny] = image.size;
  const volume = sizeOf(image.size);
  const count = voxels.length / 3;
  const data = image.wide ? new Float64Array(image.volumes * count) : new Float32Array(image.volumes * count);
  for (let t = 0; t < image.volumes; t++) {
    for (let v = 0; v < count; v++) {
      const index = voxels[v * 3]! + nx * (voxels[v * 3 + 1]! + ny * voxels[v * 3 + 2]!);
      data[t * count + v] = image.value(t * volume + index);
    }
  }
  return data;
}

/** x = A · (i, j, k, 1) for every voxel. */
function positionsOf(voxels: Int32Array, affine: Float64Array): Float64Array {
  const positions = new Float64Array(voxels.length);
  for (let v = 0; v < voxels.length; v += 3) {
    for (let row = 0; row < 3; row++) {
      positions[v + row] =
        affine[row * 4]! * voxels[v]! +
        affine[row * 4 + 1]! * voxels[v + 1]! +
        affine[row * 4 + 2]! * voxels[v + 2]! +
        affine[row * 4 + 3]!;
    }
  }
  return positions;
}

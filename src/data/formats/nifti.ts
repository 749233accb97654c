/** Time series of the voxels of a mask. */
export interface VoxelSeries {
  /** [time, voxels], scaled by the header's slope and intercept; voxels in NumPy's order of `data[mask]` (last axis first). */
  readonly data: Float32Array | Float64Array;
  readonly shape: readonly [time: number, voxels: number];
  /** f64 [voxels, 3], millimetres, by the header's sform (or qform). */
  readonly positions: Float64Array;
  /** i32 [voxels, 3]: indices in the volume. */
  readonly voxels: Int32Array;
  /** Seconds from one volume to the next, by the header; absent where it says none. */
  readonly tr?: number;
}

/**
 * Reads a 4-D (or, as one volume, 3-D) NIfTI file (`.nii`, `.nii.gz`; versions 1 and 2) at the voxels where `maskFile` is
 * neither 0 nor NaN.
 * @throws UserError for CIFTI, other files, complex or colour data, a mask of another shape or affine, or an empty one
 */
export async function readNiftiSeries(file: string, maskFile: string): Promise<VoxelSeries> {
  throw new Error(`in the making ${file} ${maskFile}`);
}

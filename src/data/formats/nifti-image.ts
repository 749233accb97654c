import type { NIFTI1, NIFTI2 } from 'nifti-reader-js';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { UserError } from '../../shared/errors';
import { readBytes } from '../files';

/** A volume, or several in time, on a regular grid. */
export interface NiftiImage {
  readonly file: string;
  readonly size: readonly [x: number, y: number, z: number];
  readonly volumes: number;
  /** f64 [3, 4]: voxel indices to millimetres. */
  readonly affine: Float64Array;
  /** Seconds between volumes; absent where the header names no unit of time. */
  readonly tr?: number;
  /** Whether float32 would round the stored numbers. */
  readonly wide: boolean;
  /** Scaled value; x varies fastest, time slowest. */
  value(index: number): number;
}

type Header = NIFTI1 | NIFTI2;
interface StoredType {
  readonly bytes: number;
  readonly wide: boolean;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

const STORED: Readonly<Record<number, StoredType>> = {
  2: { bytes: 1, wide: false, read: (v, at) => v.getUint8(at) },
  4: { bytes: 2, wide: false, read: (v, at, le) => v.getInt16(at, le) },
  8: { bytes: 4, wide: true, read: (v, at, le) => v.getInt32(at, le) },
  16: { bytes: 4, wide: false, read: (v, at, le) => v.getFloat32(at, le) },
  64: { bytes: 8, wide: true, read: (v, at, le) => v.getFloat64(at, le) },
  256: { bytes: 1, wide: false, read: (v, at) => v.getInt8(at) },
  512: { bytes: 2, wide: false, read: (v, at, le) => v.getUint16(at, le) },
  768: { bytes: 4, wide: true, read: (v, at, le) => v.getUint32(at, le) },
  1024: { bytes: 8, wide: true, read: (v, at, le) => Number(v.getBigInt64(at, le)) },
  1280: { bytes: 8, wide: true, read: (v, at, le) => Number(v.getBigUint64(at, le)) },
};

const OTHER_TYPES: Readonly<Record<number, string>> = {
  1: 'binary',
  32: 'complex',
  128: 'colour',
  1536: 'quadruple-precision',
  1792: 'complex',
  2048: 'complex',
  2304: 'colour',
};

/** Intent codes of CIFTI-2 (connectivity, series, scalars, labels, parcels). */
const CIFTI_INTENTS = [3000, 3015] as const;
const CIFTI_NAME = /\.(dscalar|dtseries|dlabel|dconn|pscalar|ptseries|pconn|dpconn|pdconn)\.nii(\.gz)?$/i;
const MILLIMETRES: Readonly<Record<number, number>> = { 1: 1000, 3: 0.001 };
const NIFTI2_HEADER_BYTES = 540;
const SECONDS: Readonly<Record<number, number>> = { 8: 1, 16: 1e-3, 24: 1e-6 };

/**
 * Opens a NIfTI file of version 1 or 2, gzipped or not.
 * @throws UserError for CIFTI, .hdr/.img pairs, other and truncated files, complex and colour data
 */
export async function readNiftiImage(file: string): Promise<NiftiImage> {
  if (CIFTI_NAME.test(file)) throw ciftiError(file);
  const bytes = await unpacked(file, await readBytes(file));
  const header = await readHeader(bytes, file);
  if (header.intent_code >= CIFTI_INTENTS[0] && header.intent_code <= CIFTI_INTENTS[1]) throw ciftiError(file);
  const stored = STORED[header.datatypeCode];
  if (stored === undefined) {
    throw new UserError(
      `${file} holds ${OTHER_TYPES[header.datatypeCode] ?? `type ${header.datatypeCode}`} data`,
      'Save it as real numbers, for example float32.',
    );
  }
  const [nx = 1, ny = 1, nz = 1, volumes = 1, ...more] = header.dims.slice(1, header.dims[0]! + 1);
  if (more.some((length) => length > 1)) {
    throw new UserError(`${file} has ${header.dims[0]} dimensions`, 'Save it with three in space and one in time.');
  }
  const values = nx * ny * nz * volumes;
  const expected = header.vox_offset + values * stored.bytes;
  if (!(values > 0) || bytes.length < expected) {
    throw new UserError(
      `${file} has ${bytes.length} bytes where its header, ${nx} × ${ny} × ${nz} × ${volumes}, asks for ${expected}`,
      'It is truncated or damaged: copy it again.',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + header.vox_offset, values * stored.bytes);
  const { slope, intercept } = scaling(header);
  const tr = repetitionTime(header);
  return {
    file,
    size: [nx, ny, nz],
    volumes,
    affine: affineOf(header, bytes),
    ...(tr !== undefined && { tr }),
    wide: stored.wide,
    value: (index) => stored.read(view, index * stored.bytes, header.littleEndian) * slope + intercept,
  };
}

function ciftiError(file: string): UserError {
  return new UserError(
    `${file} is a CIFTI file (grayordinates), which Brainlens does not read`,
    'Split it with wb_command -cifti-separate into a .func.gii per hemisphere.',
  );
}

async function unpacked(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes);
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw tooLarge
      ? new UserError(`${file} unpacks to more than 4 GB`, 'Split it into runs.')
      : new UserError(`${file} cannot be unpacked`, 'It is truncated or damaged: copy it again.');
  }
}

async function readHeader(bytes: Uint8Array, file: string): Promise<Header> {
  const { NIFTI1, NIFTI2, isNIFTI, isNIFTI1 } = await import('nifti-reader-js');
  const { buffer, byteOffset, byteLength } = bytes;
  const whole = byteOffset === 0 && byteLength === buffer.byteLength;
  const data = (whole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength)) as ArrayBuffer;
  if (byteLength < NIFTI1.STANDARD_HEADER_SIZE || !isNIFTI(data)) {
    const pair = byteLength >= NIFTI1.STANDARD_HEADER_SIZE && isNIFTI(data, true);
    throw pair
      ? new UserError(`${file} is one of a pair of .hdr and .img`, 'Join them into one .nii file.')
      : new UserError(`${file} is not a NIfTI file`, 'Save it as .nii or .nii.gz.');
  }
  const header = isNIFTI1(data) ? new NIFTI1() : new NIFTI2();
  try {
    header.readHeader(data);
  } catch {
    throw new UserError(`${file} has a damaged NIfTI header`, 'It is truncated or damaged: copy it again.');
  }
  return header;
}

/** nifti1.h: a slope of 0 (or none at all) means that the numbers are stored as they are. */
function scaling({ scl_slope, scl_inter }: Header): { slope: number; intercept: number } {
  if (scl_slope === 0 || !Number.isFinite(scl_slope)) return { slope: 1, intercept: 0 };
  return { slope: scl_slope, intercept: Number.isFinite(scl_inter) ? scl_inter : 0 };
}

function repetitionTime(header: Header): number | undefined {
  const unit = SECONDS[header.xyzt_units & 0x38];
  const step = header.pixDims[4] ?? 0;
  return unit === undefined || !(step > 0) || header.dims[0]! < 4 ? undefined : step * unit;
}

/**
 * The sform where there is one, else the qform (nifti1.h, methods 3 and 2), as nibabel has it, else the voxel sizes
 * (method 1). Of the library's own affine a qform wins by its code, and is NaN where rounding takes b² + c² + d² past 1.
 */
function affineOf(header: Header, bytes: Uint8Array): Float64Array {
  const millimetres = MILLIMETRES[header.xyzt_units & 0x07] ?? 1;
  return rawAffine(header, bytes).map((value) => value * millimetres);
}

function rawAffine(header: Header, bytes: Uint8Array): Float64Array {
  const [, dx = 1, dy = 1, dz = 1] = header.pixDims;
  if (header.sform_code <= 0 && header.qform_code <= 0) return Float64Array.of(dx, 0, 0, 0, 0, dy, 0, 0, 0, 0, dz, 0);
  if (header.sform_code <= 0) return quaternionAffine(header, [dx, dy, dz]);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const little = header.littleEndian;
  const second = view.getInt32(0, little) === NIFTI2_HEADER_BYTES;
  return Float64Array.from({ length: 12 }, (_, i) =>
    second ? view.getFloat64(400 + i * 8, little) : view.getFloat32(280 + i * 4, little),
  );
}

/** nifti1.h, method 2: rotation by the unit quaternion (a, b, c, d), the third axis flipped where pixdim[0] is −1. */
function quaternionAffine(header: Header, [dx, dy, dz]: readonly [number, number, number]): Float64Array {
  const { quatern_b: b, quatern_c: c, quatern_d: d, qoffset_x, qoffset_y, qoffset_z } = header;
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)));
  const z = header.pixDims[0]! < 0 ? -dz : dz;
  return Float64Array.of(
    ...[(a * a + b * b - c * c - d * d) * dx, 2 * (b * c - a * d) * dy, 2 * (b * d + a * c) * z, qoffset_x],
    ...[2 * (b * c + a * d) * dx, (a * a + c * c - b * b - d * d) * dy, 2 * (c * d - a * b) * z, qoffset_y],
    ...[2 * (b * d - a * c) * dx, 2 * (c * d + a * b) * dy, (a * a + d * d - b * b - c * c) * z, qoffset_z],
  );
}

import { extname } from 'node:path';
import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import { readArray } from './arrays';
import { fileOf } from './reading';
import type { Reading } from './reading';
import { keyOf } from './response-matrix';
import type { Block, UnitFacts } from './response-matrix';
import type { SourceFile } from './response-tables';

/** An array of responses as a block, and what the file says of its units. */
export interface PlacedBlock {
  readonly block: Block;
  /** By unit key. */
  readonly facts?: ReadonlyMap<string, UnitFacts>;
  /** Whether rows are named by ids, whatever the manifest says. */
  readonly named?: boolean;
  /** Seconds of the first lag, and from one to the next. */
  readonly lagAxis?: { readonly start: number; readonly step: number };
  /** Seconds between rows, by the file itself. */
  readonly tr?: number;
}

/**
 * Reads responses [rows, units] or [rows, units, lags] in the order of the stimuli, or an image's time series.
 * @param rows how many rows there should be, where that is known
 * @throws UserError for other shapes, and names that are not as many as units
 */
export async function readResponseArray(
  reading: Reading,
  source: SourceFile,
  responses: Manifest['responses'],
  rows?: number,
): Promise<PlacedBlock> {
  const { file } = source;
  if (/\.nii(\.gz)?$/i.test(file)) return await niftiBlock(reading, source, responses);
  if (extname(file).toLowerCase() === '.gii') {
    const { readGiftiSeries } = await import('../formats/gifti');
    const { data, shape } = await readGiftiSeries(file);
    return { block: gridBlock(source, Float64Array.from(data), shape, responses.columns, 'vertex ') };
  }
  if (extname(file).toLowerCase() === '.nc') {
    const assembly = await assemblyOr(file, responses.variable);
    if (assembly !== undefined) return assembly;
  }
  const { data, shape } = await readArray(file, responses.variable, rows);
  return { block: gridBlock(source, data, shape, responses.columns, '') };
}

/** `undefined` where the file is no assembly, but the manifest names an array in it. */
async function assemblyOr(file: string, variable: string | undefined): Promise<PlacedBlock | undefined> {
  const [{ brainScoreAssembly }, { assemblyBlock }] = await Promise.all([
    import('../formats/brain-score'),
    import('./assembly'),
  ]);
  try {
    return assemblyBlock(await brainScoreAssembly(file, variable));
  } catch (error) {
    if (variable === undefined || !(error instanceof UserError)) throw error;
    return undefined;
  }
}

async function niftiBlock(
  reading: Reading,
  source: SourceFile,
  { mask, columns }: Manifest['responses'],
): Promise<PlacedBlock> {
  if (mask === undefined) {
    throw new UserError(
      `${source.file} is an image of the whole volume`,
      'Name a mask: responses: { file: …, mask: mask.nii.gz }.',
    );
  }
  const { readNiftiSeries } = await import('../formats/nifti');
  const series = await readNiftiSeries(source.file, fileOf(reading, mask, 'mask'));
  const names = Array.from({ length: series.shape[1] }, (_, v) =>
    Array.from(series.voxels.subarray(v * 3, v * 3 + 3)).join('-'),
  );
  const block = gridBlock(source, Float64Array.from(series.data), series.shape, columns ?? names, '');
  const facts = new Map(
    block.unitKeys.map((key, v) => {
      const [x, y, z] = series.positions.subarray(v * 3, v * 3 + 3);
      return [key, { position: [x!, y!, z!] as const }];
    }),
  );
  return { block, facts, ...(series.tr !== undefined && { tr: series.tr }) };
}

function gridBlock(
  source: SourceFile,
  values: Float64Array,
  shape: readonly number[],
  names: readonly string[] | undefined,
  prefix: string,
): Block {
  const { file, subject = '', run = '' } = source;
  const [rows, units = 1, lags = 1, ...more] = shape;
  if (rows === undefined || more.length > 0) {
    throw new UserError(
      `${file} has the shape [${shape.join(', ')}]`,
      'Responses are [rows, units] or [rows, units, lags]; name another array with variable.',
    );
  }
  if (names !== undefined && names.length !== units) {
    throw new UserError(
      `${file} has ${units} units, but responses.columns names ${names.length}`,
      'Name each unit once.',
    );
  }
  const cells = Array.from({ length: rows * units }, (_, i) => i);
  return {
    file,
    rowKeys: Array.from({ length: rows }, (_, row) => keyOf(run, String(row))),
    unitKeys: Array.from({ length: units }, (_, unit) => keyOf(subject, names?.[unit] ?? `${prefix}${unit}`)),
    row: Int32Array.from(cells, (i) => Math.floor(i / units)),
    unit: Int32Array.from(cells, (i) => i % units),
    values,
    lags,
  };
}

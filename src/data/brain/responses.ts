import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import { isArrayFile } from './arrays';
import { isLayout } from './layout';
import type { Reading } from './reading';
import { readResponseArray } from './response-arrays';
import type { PlacedBlock } from './response-arrays';
import { average, partsOf } from './response-matrix';
import type { ResponseMatrix } from './response-matrix';
import { readResponseTable } from './response-tables';
import type { SourceFile } from './response-tables';
import { leftOut, sourceFiles } from './source-files';

type Responses = Manifest['responses'];

/** Responses, and the TR of the images they came from where these give one. */
export interface ReadResponses {
  readonly matrix: ResponseMatrix;
  readonly tr?: number;
}

/**
 * Reads all files of the responses into one matrix; repetitions are averaged, excluded subjects and units left out.
 * @param rows how many rows files without ids should have, where that is known
 * @throws UserError that names file, row, column and remedy
 */
export async function readResponses(reading: Reading, responses: Responses, rows?: number): Promise<ReadResponses> {
  const sources = await sourceFiles(reading, responses);
  const placed: PlacedBlock[] = [];
  for (const source of sources) placed.push(await readBlock(reading, source, responses, rows));
  const blocks = placed.map(({ block }) => block);
  const first = blocks[0]!;
  const other = blocks.find(({ lags }) => lags !== first.lags);
  if (other !== undefined) {
    throw new UserError(
      `${other.file} has ${other.lags} lags, ${first.file} ${first.lags}`,
      'All files need the same.',
    );
  }
  const named = placed[0]!.named === true || (responses.id !== undefined && isLayout(first.file));
  const repeated = placed[0]!.named === true || responses.repetition !== undefined;
  const { rowKeys, unitKeys, ...averaged } = average(blocks, repeated);
  const ids = named ? rowKeys.map((key) => partsOf(key)[1]!) : undefined;
  const matrix: ResponseMatrix = {
    source: sources.length === 1 ? first.file : `${first.file} and ${sources.length - 1} more`,
    ...(ids && { ids }),
    runs: rowKeys.map((key) => partsOf(key)[0]!),
    units: unitKeys.map((key) => {
      const [subject, id] = partsOf(key);
      return { subject: subject!, id: id! };
    }),
    ...averaged,
    ...(placed[0]!.lagAxis && { lagAxis: placed[0]!.lagAxis }),
    facts: new Map(placed.flatMap(({ facts }) => [...(facts ?? [])])),
  };
  const tr = placed[0]!.tr;
  return { matrix: exclude(reading, matrix, responses), ...(tr !== undefined && { tr }) };
}

async function readBlock(
  reading: Reading,
  source: SourceFile,
  responses: Responses,
  rows?: number,
): Promise<PlacedBlock> {
  const { file } = source;
  if (isLayout(file)) return { block: await readResponseTable(source, responses) };
  if (isArrayFile(file) || /\.(nii|nii\.gz|gii)$/i.test(file))
    return await readResponseArray(reading, source, responses, rows);
  throw new UserError(
    `${file} is of no kind that responses are read from`,
    'Give .csv, .tsv, .txt, .jsonl, .parquet, .npy, .npz, .h5, .nc, .mat, .nii, .nii.gz or .gii.',
  );
}

/** Leaves out subjects and units that the manifest excludes by name. */
function exclude(
  reading: Reading,
  matrix: ResponseMatrix,
  { exclude: names, files, subject }: Responses,
): ResponseMatrix {
  const byFile = files !== undefined && subject !== undefined;
  if (names === undefined || byFile) return matrix;
  const excluded = names.map(String);
  const hit = (name: string): boolean => matrix.units.some((unit) => unit.subject === name || unit.id === name);
  const unknown = excluded.filter((name) => !hit(name));
  if (unknown.length > 0) {
    throw new UserError(
      `responses.exclude: there is no subject or unit ${unknown.join(', ')}`,
      'Mend or remove the name.',
    );
  }
  reading.warnings.push(leftOut(subject === undefined ? 'unit' : 'subject', excluded));
  const out = new Set(excluded);
  return selectUnits(
    matrix,
    matrix.units.flatMap((unit, i) => (out.has(unit.subject) || out.has(unit.id) ? [] : [i])),
  );
}

/** The matrix of some of its units, in the order of `kept`. */
export function selectUnits(matrix: ResponseMatrix, kept: readonly number[]): ResponseMatrix {
  const { lags, units } = matrix;
  const rows = matrix.runs.length;
  const data = new Float64Array(rows * kept.length * lags);
  for (let row = 0; row < rows; row++) {
    kept.forEach((unit, i) => {
      const from = (row * units.length + unit) * lags;
      data.set(matrix.data.subarray(from, from + lags), (row * kept.length + i) * lags);
    });
  }
  return { ...matrix, units: kept.map((unit) => units[unit]!), data };
}

/** The matrix of some of its rows, in the order of `kept`. */
export function selectRows(matrix: ResponseMatrix, kept: readonly number[]): ResponseMatrix {
  const width = matrix.units.length * matrix.lags;
  const data = new Float64Array(kept.length * width);
  kept.forEach((row, i) => {
    data.set(matrix.data.subarray(row * width, (row + 1) * width), i * width);
  });
  return {
    ...matrix,
    data,
    runs: kept.map((row) => matrix.runs[row]!),
    ...(matrix.ids && { ids: kept.map((row) => matrix.ids![row]!) }),
  };
}

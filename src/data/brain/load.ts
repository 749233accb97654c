import { basename, dirname, extname, resolve } from 'node:path';
import { UserError } from '../../shared/errors';
import { granularityOf } from '../../shared/manifest';
import type { Manifest } from '../../shared/manifest';
import { addCeilings } from './ceilings';
import { countMissing, refuseInfinite, warnOfUnits, zscore } from './checks';
import type { BrainDataset, DatasetStimulus, DatasetWord, RunSpan, Timing } from './dataset';
import { isManifestName, readManifest } from './manifest-file';
import { readNuisance } from './nuisance';
import { fileOf } from './reading';
import type { Reading } from './reading';
import type { ResponseMatrix } from './response-matrix';
import { readRows } from './rows';
import { describeUnits } from './units';

/** What the rows of a dataset are, by its granularity. */
export interface DatasetRows {
  readonly matrix: ResponseMatrix;
  readonly stimuli: readonly DatasetStimulus[];
  readonly words: readonly DatasetWord[];
  readonly runs: readonly RunSpan[];
  readonly timing?: Timing;
  /** Row of the stimulus file (or scan) that each row of responses is, and how many such there are. */
  readonly kept: readonly number[];
  readonly total: number;
  readonly unmatchedStimuli: number;
  readonly unmatchedResponses: number;
}

/**
 * Reads a dataset: a manifest (`.yaml`), or a Brain-Score assembly (`.nc`) that needs none.
 * @throws UserError, one line that names file, row, column and remedy
 */
export async function loadDataset(file: string): Promise<BrainDataset> {
  const path = resolve(file);
  if (isManifestName(path)) return await datasetOf(await readManifest(path), path);
  if (extname(path).toLowerCase() === '.nc') {
    return await datasetOf({ name: basename(path, extname(path)), responses: { file: path } }, path);
  }
  throw new UserError(
    `${file} is neither a dataset manifest (.yaml) nor a Brain-Score assembly (.nc)`,
    'Write a manifest: brainlens dataset --dataset FOLDER proposes one.',
  );
}

/**
 * Reads what a manifest describes.
 * @param path absolute path of the manifest; its other paths are relative to its folder
 * @throws UserError as `loadDataset`
 */
export async function datasetOf(manifest: Manifest, path: string): Promise<BrainDataset> {
  const reading: Reading = { folder: dirname(path), files: [], warnings: [] };
  if (isManifestName(path)) fileOf(reading, path, 'manifest');
  const granularity = granularityOf(manifest);
  const rows = await readRows(reading, manifest, granularity);
  const matrix = scaled(rows.matrix, rows.runs, manifest.responses.scale);
  const units = await addCeilings(reading, manifest.ceiling, await describeUnits(reading, manifest, matrix));
  refuseInfinite(units, rows.matrix.data, matrix.lags);
  warnOfUnits(reading, units, matrix.data, matrix.lags);
  const nuisance = manifest.nuisance && (await nuisanceOf(reading, manifest, rows));
  const surface =
    manifest.surface === undefined ? undefined : await surfaceOf(fileOf(reading, manifest.surface, 'surface'));
  const lags = lagsOf(manifest, matrix);
  return {
    name: manifest.name,
    ...(manifest.cite !== undefined && { cite: manifest.cite }),
    simulated: manifest.simulated ?? false,
    granularity,
    files: reading.files,
    stimuli: rows.stimuli,
    words: rows.words,
    runs: rows.runs,
    ...(rows.timing && { timing: rows.timing }),
    rows: matrix.runs.length,
    units,
    responses: matrix.data,
    ...(lags && { lags }),
    ...(nuisance && { nuisance }),
    ...(surface && { surface }),
    counts: {
      repetitions: matrix.repetitions,
      missing: countMissing(matrix.data),
      unmatchedStimuli: rows.unmatchedStimuli,
      unmatchedResponses: rows.unmatchedResponses,
    },
    warnings: reading.warnings,
  };
}

function scaled(
  matrix: ResponseMatrix,
  runs: readonly RunSpan[],
  scale: Manifest['responses']['scale'],
): ResponseMatrix {
  if (scale === undefined || scale === 'none') return matrix;
  const labels = matrix.runs.map((run) => run);
  for (const { run, start, length } of runs) labels.fill(run, start, start + length);
  const width = matrix.units.length * matrix.lags;
  return { ...matrix, data: zscore(matrix.data, width, labels, scale === 'zscore-per-run') };
}

async function nuisanceOf(
  reading: Reading,
  manifest: Manifest,
  rows: DatasetRows,
): Promise<NonNullable<BrainDataset['nuisance']>> {
  const words = manifest.words?.file;
  const table = manifest.stimuli?.file ?? (typeof words === 'string' ? words : undefined);
  const { nuisance, stimuli } = manifest;
  const ownTable = nuisance!.file === undefined && nuisance!.files === undefined;
  return await readNuisance(reading, ownTable ? { ...stimuli, ...nuisance!, id: nuisance!.id } : nuisance!, {
    ...(rows.stimuli.length > 0 && { ids: rows.stimuli.map(({ id }) => id) }),
    ...(rows.stimuli.length > 0 && !ownTable && stimuli?.id !== undefined && { idColumn: stimuli.id }),
    kept: rows.kept,
    total: rows.total,
    ...(table !== undefined && rows.stimuli.length > 0 && { fallback: resolve(reading.folder, table) }),
  });
}

async function surfaceOf(file: string): Promise<NonNullable<BrainDataset['surface']>> {
  const { readGiftiSurface } = await import('../formats/gifti');
  return await readGiftiSurface(file);
}

function lagsOf({ lags }: Manifest, { lags: count, lagAxis, source }: ResponseMatrix): BrainDataset['lags'] {
  if (count === 1 && lags === undefined) return undefined;
  if (lags !== undefined) {
    const unit = lags.unit === 'ms' ? 0.001 : 1;
    return { count, start: lags.start * unit, step: lags.step * unit };
  }
  if (lagAxis !== undefined) return { count, ...lagAxis };
  throw new UserError(
    `${source} has a third axis of ${count} lags`,
    'Say what they are: lags: { start: -0.2, step: 0.1, unit: s }.',
  );
}

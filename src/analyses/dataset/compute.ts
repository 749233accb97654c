import { join } from 'node:path';
import { describeFolder } from '../../data/brain/describe-folder';
import type { ManifestProposal } from '../../data/brain/describe-folder';
import type { BrainDataset, DatasetCounts, Granularity } from '../../data/brain/dataset';
import { datasetOf, loadDataset } from '../../data/brain/load';
import { parseManifest } from '../../data/brain/manifest-file';
import { isFolder } from '../../data/files';
import type { AnalysisResult } from '../../shared/analysis';
import { Cancelled } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import type { DatasetSpec } from './spec';

/** What is known of one unit. */
export interface UnitRow {
  readonly id: string;
  readonly subject: string;
  readonly summary: boolean;
  /** Responses (over lags) that are there, and that are missing. */
  readonly n: number;
  readonly missing: number;
  readonly mean: number;
  /** ddof 1. */
  readonly sd: number;
  readonly ceiling: number;
}

/** The small numbers of a description. */
export interface DatasetFields {
  readonly name: string;
  readonly cite?: string;
  readonly simulated: boolean;
  readonly granularity: Granularity;
  readonly rows: number;
  readonly groups: number;
  readonly words: number;
  readonly runs: number;
  readonly subjects: readonly string[];
  readonly counts: DatasetCounts;
  readonly units: readonly UnitRow[];
  /** Units that have a ceiling, and the range of these. */
  readonly ceilings: { readonly units: number; readonly lowest: number; readonly highest: number };
  readonly nuisance: readonly string[];
  readonly lags?: BrainDataset['lags'];
  readonly timing?: BrainDataset['timing'];
  /** Where a folder was given: the manifest that was proposed and described. */
  readonly proposal?: ManifestProposal;
}

/**
 * Reads a dataset and counts what is in it.
 * @returns no arrays
 * @throws UserError for what `loadDataset` refuses; Cancelled
 */
export async function* describeDataset(
  spec: DatasetSpec,
  context: RunContext,
): AsyncGenerator<Progress, AnalysisResult> {
  yield { phase: 'Reading', done: 0, total: 1, unit: 'dataset' };
  const proposal = (await isFolder(spec.dataset)) ? await describeFolder(spec.dataset) : undefined;
  const dataset =
    proposal === undefined
      ? await loadDataset(spec.dataset)
      : await datasetOf(parseManifest(proposal.text, 'The proposed manifest'), join(spec.dataset, 'dataset.yaml'));
  if (context.signal.aborted) throw new Cancelled();
  for (const { path, role } of dataset.files) {
    if (proposal === undefined || role !== 'manifest') context.recordInput(path, role);
  }
  for (const warning of dataset.warnings) context.warn(warning);
  yield { phase: 'Reading', done: 1, total: 1, unit: 'dataset' };
  return { fields: { ...fieldsOf(dataset), ...(proposal && { proposal }) }, arrays: {} };
}

/** Counts and per-unit statistics of a dataset. */
export function fieldsOf(dataset: BrainDataset): DatasetFields {
  const { name, cite, simulated, granularity, rows, stimuli, words, runs, units, counts, nuisance, lags, timing } =
    dataset;
  const ceilings = units.map(({ ceiling }) => ceiling).filter((ceiling) => !Number.isNaN(ceiling));
  return {
    name,
    ...(cite !== undefined && { cite }),
    simulated,
    granularity,
    rows,
    groups: new Set(stimuli.flatMap(({ group }) => (group === undefined ? [] : [group]))).size,
    words: words.length,
    runs: runs.length,
    subjects: [...new Set(units.map(({ subject }) => subject))].filter((subject) => subject !== ''),
    counts,
    units: units.map((unit, i) => ({
      id: unit.id,
      subject: unit.subject,
      summary: unit.summary,
      ...statisticsOf(dataset, i),
      ceiling: unit.ceiling,
    })),
    ceilings: {
      units: ceilings.length,
      lowest: Math.min(...ceilings, Infinity),
      highest: Math.max(...ceilings, -Infinity),
    },
    nuisance: nuisance?.columns ?? [],
    ...(lags && { lags }),
    ...(timing && { timing }),
  };
}

function statisticsOf(
  { responses, rows, units, lags }: BrainDataset,
  unit: number,
): Pick<UnitRow, 'n' | 'missing' | 'mean' | 'sd'> {
  const count = lags?.count ?? 1;
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (let row = 0; row < rows; row++) {
    for (let lag = 0; lag < count; lag++) {
      const value = responses[(row * units.length + unit) * count + lag]!;
      if (Number.isNaN(value)) continue;
      n += 1;
      const distance = value - mean;
      mean += distance / n;
      squares += distance * (value - mean);
    }
  }
  return { n, missing: rows * count - n, mean: n > 0 ? mean : NaN, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : NaN };
}

import type { BrainDataset, BrainUnit, Granularity, RunSpan } from '../../data/brain/dataset';
import type { Span } from '../../math/folds/blocked';

/** A column of the responses: a unit, at one lag where responses have several. */
export interface Target extends BrainUnit {
  /** Seconds; absent where responses have no lags. */
  readonly lag?: number;
  /** With a lag: the unit's own name, to which `id` adds the lag. */
  readonly unit?: string;
}

/** Features of every layer, in the order of `layers`. */
export interface LayerFeatures {
  /** Layer numbers (−1 = embedding); empty names no layer: one set of chosen units. */
  readonly layers: readonly number[];
  /** Layers of the model in all, for depths. */
  readonly of: number;
  readonly width: number;
  /** f32 or f64 [rows, width] of the i-th layer. */
  layer(i: number): Promise<Float32Array | Float64Array>;
}

/** Responses and what goes with their rows, whichever files they came from. */
export interface Recording {
  readonly name: string;
  readonly cite?: string;
  readonly simulated: boolean;
  /** `rows`: bare arrays, of which nothing is known. */
  readonly granularity: Granularity | 'rows';
  readonly rows: number;
  readonly targets: readonly Target[];
  /** f64 [rows, targets], NaN = missing. */
  readonly responses: Float64Array;
  /** Group of every row; absent where there are none. */
  readonly groups?: readonly string[];
  /** Columns that folds can go by: a label for every row. */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Time series only: its runs, all rows in order. */
  readonly runs: readonly RunSpan[];
  /** Rows in the order of time, without a break in each: runs of scans, or of words. Empty: rows have no order. */
  readonly stretches: readonly Span[];
  /** Rows over which a response follows its cause: the longest FIR delay; 0 but for time series. */
  readonly span: number;
  readonly nuisance?: { readonly columns: readonly string[]; readonly data: Float64Array };
  readonly surface?: NonNullable<BrainDataset['surface']>;
}

/** A dataset's responses, every lag of a unit a target of its own. */
export function recordingOf(dataset: BrainDataset): Recording {
  const { name, cite, simulated, granularity, rows, runs, timing, nuisance, surface, stimuli } = dataset;
  const groups = stimuli.flatMap(({ group }) => (group === undefined ? [] : [group]));
  return {
    name,
    ...(cite !== undefined && { cite }),
    simulated,
    granularity,
    rows,
    runs,
    stretches: granularity === 'timeseries' ? runs : wordRuns(dataset),
    span: granularity === 'timeseries' ? Math.max(0, ...(timing?.delays ?? [])) : 0,
    targets: targetsOf(dataset),
    responses: dataset.responses,
    labels: labelsOf(dataset, groups),
    ...(rows > 0 && groups.length === rows && { groups }),
    ...(nuisance && { nuisance }),
    ...(surface && { surface }),
  };
}

/** Stretches of words of one run that follow one another. */
function wordRuns({ granularity, words }: BrainDataset): Span[] {
  if (granularity !== 'word') return [];
  const spans: { start: number; length: number }[] = [];
  words.forEach(({ run }, row) => {
    if (row === 0 || words[row - 1]!.run !== run) spans.push({ start: row, length: 1 });
    else spans.at(-1)!.length += 1;
  });
  return spans;
}

function labelsOf(dataset: BrainDataset, groups: readonly string[]): Record<string, readonly string[]> {
  const { stimuli, words, runs, rows, granularity } = dataset;
  const labels: Record<string, readonly string[]> = {};
  if (granularity === 'timeseries') labels['run'] = runs.flatMap(({ run, length }) => Array<string>(length).fill(run));
  if (granularity === 'word' && words.length === rows) labels['run'] = words.map(({ run }) => run);
  if (stimuli.length !== rows) return labels;
  if (groups.length === rows) labels['group'] = groups;
  for (const column of Object.keys(stimuli[0]?.columns ?? {})) {
    labels[column] = stimuli.map(({ columns }) => columns[column] ?? '');
  }
  return labels;
}

function targetsOf({ units, lags }: BrainDataset): Target[] {
  if (lags === undefined) return [...units];
  return units.flatMap((unit) =>
    Array.from({ length: lags.count }, (_, i) => {
      const lag = Number((lags.start + i * lags.step).toPrecision(9));
      return { ...unit, id: `${unit.id} @ ${lag} s`, lag, unit: unit.id };
    }),
  );
}

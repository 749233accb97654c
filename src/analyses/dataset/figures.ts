import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, Figure, TableFigure } from '../../shared/figure';
import { orNull } from '../../shared/figure-parts';
import { count, counted, number, percent } from '../../shared/words';
import type { DatasetFields, UnitRow } from './compute';

/** Units shown in the table and in the bars. */
const MOST_UNITS = 2000;
const MOST_BARS = 60;

/** What a description shows: what was understood, the units, and where values are missing. */
export function datasetFigures(result: AnalysisResult): Figure[] {
  const fields = result.fields as unknown as DatasetFields;
  return [understood(fields), unitTable(fields), ...missingBars(fields)];
}

/** One line for a table row or a lens. */
export function datasetSummary(result: AnalysisResult): string {
  const fields = result.fields as unknown as DatasetFields;
  const { name, simulated, subjects, units, counts } = fields;
  const of = subjects.length > 0 ? ` of ${counted(subjects.length, 'subject')}` : '';
  const missing = counts.missing > 0 ? `, ${counted(counts.missing, 'missing value')}` : '';
  return `${name}${simulated ? ' (simulated)' : ''}: ${rowsOf(fields)} × ${counted(units.length, 'unit')}${of}${missing}`;
}

function rowsOf({ granularity, rows }: DatasetFields): string {
  return counted(rows, granularity === 'timeseries' ? 'scan' : granularity);
}

function understood(fields: DatasetFields): TableFigure {
  const {
    name,
    cite,
    simulated,
    granularity,
    groups,
    words,
    runs,
    subjects,
    units,
    counts,
    ceilings,
    nuisance,
    lags,
    timing,
    proposal,
  } = fields;
  const summaries = units.filter(({ summary }) => summary).map(({ id }) => id);
  const rows: (readonly [string, string] | undefined)[] = [
    ['Name', simulated ? `${name} (simulated: made up from a model)` : name],
    cite === undefined ? undefined : ['Cite', cite],
    ['Rows', rowsOf(fields)],
    groups > 0 ? ['Groups', count(groups)] : undefined,
    words > 0 && granularity === 'timeseries' ? ['Words', count(words)] : undefined,
    runs > 0 ? ['Runs', count(runs)] : undefined,
    timing === undefined ? undefined : ['Seconds per row of the recording', number(timing.step)],
    subjects.length > 0
      ? ['Subjects', `${subjects.length}: ${subjects.slice(0, 20).join(', ')}${subjects.length > 20 ? ' …' : ''}`]
      : undefined,
    ['Units', count(units.length)],
    summaries.length > 0 ? ['Summary units, kept out of aggregates', [...new Set(summaries)].join(', ')] : undefined,
    lags === undefined
      ? undefined
      : ['Lags', `${lags.count}, from ${number(lags.start)} s in steps of ${number(lags.step)} s`],
    ['Missing values', count(counts.missing)],
    counts.repetitions > 0 ? ['Repetitions averaged', count(counts.repetitions)] : undefined,
    ['Stimuli without responses', count(counts.unmatchedStimuli)],
    ['Responses without stimuli', count(counts.unmatchedResponses)],
    [
      'Ceilings',
      ceilings.units === 0
        ? 'none'
        : `${counted(ceilings.units, 'unit')}, ${number(ceilings.lowest, 3)} to ${number(ceilings.highest, 3)}`,
    ],
    nuisance.length > 0 ? ['Nuisance predictors', nuisance.join(', ')] : undefined,
    ...(proposal?.notes.map((note) => ['Proposed', note] as const) ?? []),
    ...(proposal?.text
      .trimEnd()
      .split('\n')
      .map((line) => ['Manifest', line] as const) ?? []),
  ];
  return {
    kind: 'table',
    id: 'understood',
    title: 'What was understood',
    summary: `${rowsOf(fields)} and ${counted(units.length, 'unit')}; ${counted(counts.missing, 'missing value')}; ${ceilings.units === 0 ? 'no ceilings' : `ceilings for ${counted(ceilings.units, 'unit')}`}.`,
    columns: [
      { label: 'What', type: 'text' },
      { label: 'Value', type: 'text' },
    ],
    rows: rows.filter((row) => row !== undefined),
  };
}

function unitTable({ units }: DatasetFields): TableFigure {
  const shown = units.slice(0, MOST_UNITS);
  return {
    kind: 'table',
    id: 'units',
    title: 'Units',
    summary: `${shown.length === units.length ? `All ${counted(units.length, 'unit')}` : `The first ${count(shown.length)} of ${counted(units.length, 'unit')}`} with the number, mean and s.d. (ddof 1) of their responses.`,
    columns: [
      { label: 'Subject', type: 'text' },
      { label: 'Unit', type: 'text' },
      { label: 'Summary', type: 'text' },
      { label: 'n', type: 'number' },
      { label: 'Missing', type: 'number' },
      { label: 'Mean', type: 'number', digits: 4 },
      { label: 'S.d.', type: 'number', digits: 4 },
      { label: 'Ceiling', type: 'number', digits: 3 },
    ],
    rows: shown.map(({ subject, id, summary, n, missing, mean, sd, ceiling }) => [
      subject || null,
      id,
      summary ? 'yes' : 'no',
      n,
      missing,
      orNull(mean),
      orNull(sd),
      orNull(ceiling),
    ]),
  };
}

/** Units with the most missing values; nothing where none are missing. */
function missingBars({ units, counts }: DatasetFields): ChartFigure[] {
  const lacking = units.filter(({ missing }) => missing > 0).sort((a, b) => b.missing - a.missing);
  if (lacking.length === 0) return [];
  const shown = lacking.slice(0, MOST_BARS);
  const worst = shown[0]!;
  const total = units.reduce((sum, { n, missing }) => sum + n + missing, 0);
  return [
    {
      kind: 'chart',
      id: 'missing',
      title: 'Missing values',
      summary:
        `${counted(counts.missing, 'value')} (${percent(counts.missing / total)}) missing in ${counted(lacking.length, 'unit')} of ${count(units.length)}, most in ${label(worst)} (${count(worst.missing)}).` +
        (shown.length < lacking.length ? ` The ${shown.length} units with the most are shown.` : ''),
      x: { label: 'Unit', type: 'category' },
      y: { label: 'Missing values', type: 'linear' },
      series: [
        { name: 'missing', mark: 'bar', role: 'selected', x: shown.map(label), y: shown.map(({ missing }) => missing) },
      ],
    },
  ];
}

function label({ subject, id }: UnitRow): string {
  return subject === '' ? id : `${subject} ${id}`;
}

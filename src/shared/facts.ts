/** What a header says about any result, without knowing its analysis. */
import { formatBytes, formatDuration } from './progress';
import type { ResultFile } from './result';
import { formatNumber } from './ticks';
import { percent } from './words';

export interface Fact {
  readonly label: string;
  readonly value: string;
}

const MOST = 14;

/** What fields of results are called; others by `words`. */
const RESULT_LABELS: Readonly<Record<string, string>> = {
  k: 'Units selected',
  units: 'Units in all',
  width: 'Units per layer',
  threshold: 'Smallest t selected',
  massive: 'Massive among selected',
  'reliability dice': 'Split-half Dice',
  'reliability spearman': 'Split-half Spearman',
  'significant all': 'Significant units',
  'significant selected': 'Significant among selected',
  stimuli: 'Number of stimuli',
  scored: 'Tokens scored',
  truncated: 'Stimuli cut',
  randomSeeds: 'Random draws',
  mainFraction: 'Fraction of units',
  massiveShare: 'Deficit owed to massive units',
  'total tasks': 'Accuracy tasks',
  alpha: 'Penalty chosen by',
  modelLayers: 'Layers',
  'folds name': 'Folds',
  'folds count': 'Number of folds',
  'permutations draws': 'Permutations',
  'counts repetitions': 'Repetitions averaged',
  'counts missing': 'Missing responses',
  'counts unmatchedStimuli': 'Stimuli without responses',
  'counts unmatchedResponses': 'Responses without stimuli',
};
const SETTING_LABELS: Readonly<Record<string, string>> = { randomSeeds: 'Random draws' };
const ORIGIN_LABELS: Readonly<Record<string, string>> = { onnxruntime: 'ONNX Runtime', node: 'Node.js' };

/** Fields that a key fact does not tell: a forecast beside the time taken, a sentence that a figure holds, what an array's columns are. */
const UNTOLD: ReadonlySet<string> = new Set(['warnings', 'estimatedSeconds', 'shareMassive', 'columns']);

/** Shares of a whole, which are read as percentages. */
const SHARES: ReadonlySet<string> = new Set(['mainFraction', 'massiveShare']);

/** Elements of a list that a line still holds. */
const LONGEST_LIST = 12;

/** Model and stimuli by name, then the small numbers of the result, nested ones too; at most 14. Lists of numbers are for figures. */
export function keyFacts(result: ResultFile): Fact[] {
  const inputs = ['model', 'stimuli'].flatMap((field) => fact(field, result.spec[field], fileName));
  const fields = Object.entries(result.result).filter(([key]) => !UNTOLD.has(key));
  const labels = labelsOf(result);
  const numbers = fields.flatMap(([key, value]) =>
    isPlain(value)
      ? Object.entries(value).flatMap(([inner, v]) => told(`${key} ${inner}`, v, labels))
      : told(key, value, labels),
  );
  return [...inputs, ...numbers].slice(0, MOST);
}

/** Notes that the person must see with the result. */
export function warningsOf(result: ResultFile): string[] {
  const { warnings } = result.result;
  return Array.isArray(warnings) ? warnings.filter((warning) => typeof warning === 'string') : [];
}

/** The settings as they were run. */
export function settings(result: ResultFile): Fact[] {
  return Object.entries(result.spec).flatMap(([key, value]) => fact(key, value, undefined, SETTING_LABELS));
}

/** When, where and with what the result was made. */
export function origin(result: ResultFile): Fact[] {
  const { tokenizer, memory, ...rest } = result.provenance;
  return [
    { label: 'Created', value: result.created },
    { label: 'Took', value: formatDuration(result.seconds) },
    { label: 'Schema', value: result.schema },
    ...Object.entries(rest).flatMap(([key, value]) =>
      key === 'inputs' ? [] : fact(key, value, undefined, ORIGIN_LABELS),
    ),
    ...(typeof memory === 'number' ? [{ label: 'Memory', value: formatBytes(memory) }] : []),
    ...(tokenizer === undefined
      ? []
      : [
          { label: 'Special tokens', value: tokenizer.specialTokens },
          { label: 'Tokenizer SHA-256', value: tokenizer.sha256 },
        ]),
  ];
}

/** One row per input file: path, role, size, SHA-256. */
export function inputFiles(result: ResultFile): (readonly [string, string, string, string])[] {
  return result.provenance.inputs.map(({ path, role, bytes, sha256 }) => [path, role, formatBytes(bytes), sha256]);
}

/** `perLayer` → "Per layer"; a symbol of one letter stays as it is. */
export function words(key: string): string {
  const first = key.length > 1 ? key[0]!.toUpperCase() : key;
  return `${first}${key.slice(1)}`.replace(
    /([a-z0-9])([A-Z])/g,
    (_, a: string, b: string) => `${a} ${b.toLowerCase()}`,
  );
}

/** Where a field means something else in one analysis. */
const OWN_LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'sae-training': { k: 'Features per token', width: 'Width' },
  lobes: { width: 'Width' },
};

function labelsOf({ schema }: ResultFile): Readonly<Record<string, string>> {
  const [, analysis = ''] = /^brainlens\/(.*)@/.exec(schema) ?? [];
  return { ...RESULT_LABELS, ...OWN_LABELS[analysis] };
}

function told(key: string, value: unknown, labels: Readonly<Record<string, string>>): Fact[] {
  if (Array.isArray(value) && value.some((element) => typeof element === 'number')) return [];
  if (!SHARES.has(key) || typeof value !== 'number') return fact(key, value, undefined, labels);
  return [{ label: labels[key] ?? words(key), value: percent(value) }];
}

function fact(
  key: string,
  value: unknown,
  show: (text: string) => string = (text) => text,
  labels: Readonly<Record<string, string>> = {},
): Fact[] {
  const shown = shownValue(value, show);
  return shown === undefined || key.endsWith('Reason') ? [] : [{ label: labels[key] ?? words(key), value: shown }];
}

function shownValue(value: unknown, show: (text: string) => string): string | undefined {
  if (typeof value === 'number') return formatNumber(value, Number.isInteger(value) ? 15 : 4);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value === '' ? undefined : show(value);
  if (!Array.isArray(value) || value.length === 0 || value.length > LONGEST_LIST) return undefined;
  const all = value.map((element) => (isScalar(element) ? shownValue(element, show) : undefined));
  return all.includes(undefined) ? undefined : all.join(', ');
}

function fileName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}

function isScalar(value: unknown): boolean {
  return ['number', 'string', 'boolean'].includes(typeof value);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

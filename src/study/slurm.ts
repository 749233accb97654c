import type { JsonSchema } from '../yaml/schema';

/** How a study runs on Slurm: its `slurm:` section, the editor's `brainlens.slurm.*` or `BRAINLENS_SLURM`. */
export interface SlurmSettings {
  readonly partition?: string;
  readonly account?: string;
  /** Limit of one task, as Slurm writes it: `4:00:00`, `1-12:00:00`, or minutes. */
  readonly time?: string;
  /** Tasks of one array that may run at a time. */
  readonly arrayLimit?: number;
  /** Into how many shards each stage is cut. */
  readonly shards?: number;
  /** Lines of shell before each task: `module load nodejs/20`. */
  readonly environment?: readonly string[];
}

/** Slurm's `MaxArraySize` is 1,001 unless a cluster says otherwise. */
export const MOST_SHARDS = 1000;
/** Shards of a stage where nobody says how many. */
export const USUAL_SHARDS = 8;

/** What may stand on an `#SBATCH` line without quotes. */
const WORD = '^[A-Za-z0-9][A-Za-z0-9._,+@-]*$';
const TIME = '^(\\d+|\\d+:\\d{2}|\\d+:\\d{2}:\\d{2}|\\d+-\\d{1,2}(:\\d{2}){0,2})$';
const LINE = { type: 'string', pattern: '^[^\\u0000\\r\\n]*$', patternErrorMessage: 'write one line of shell' };

/** The keys of `SlurmSettings` as a study file may write them. */
export const slurmProperties: Readonly<Record<keyof SlurmSettings, JsonSchema>> = {
  partition: {
    type: 'string',
    pattern: WORD,
    patternErrorMessage: 'write the name of a partition, or several with commas',
    description: 'Partition of the cluster (default: its own).',
  },
  account: {
    type: 'string',
    pattern: WORD,
    patternErrorMessage: 'write the name of an account',
    description: 'Account that the time is charged to (default: yours).',
  },
  time: {
    anyOf: [
      {
        type: 'string',
        pattern: TIME,
        patternErrorMessage: 'write a limit such as "4:00:00", "1-12:00:00" or "90" for minutes',
      },
      { type: 'integer', minimum: 1 },
    ],
    description:
      'Time limit of one task: "4:00:00", "1-12:00:00" or minutes (default: the partition\'s). A minute before it, a task keeps what it has and is queued again.',
  },
  arrayLimit: {
    type: 'integer',
    minimum: 1,
    description: 'Tasks of one array that may run at the same time (default: all).',
  },
  shards: {
    type: 'integer',
    minimum: 1,
    maximum: MOST_SHARDS,
    default: USUAL_SHARDS,
    description: 'Into how many tasks each stage of a run is cut. The result is the same for any number.',
  },
  environment: {
    anyOf: [{ type: 'array', items: LINE }, { type: 'string' }],
    description: 'Lines of shell before each task, such as "module load nodejs/20". They are run as they stand.',
  },
};

/** The form of a study's `slurm:` section. */
export const slurmSchema: JsonSchema = {
  type: 'object',
  description: 'How brainlens run --engine slurm and Run on Slurm ask the cluster; the rest comes from the settings.',
  properties: slurmProperties,
  additionalProperties: false,
};

/**
 * The settings in a map as it was written; what has another form is left out, so that a checked study keeps all.
 * @param map of a YAML or JSON document
 */
export function slurmSettingsOf(map: unknown): SlurmSettings {
  if (typeof map !== 'object' || map === null) return {};
  const { partition, account, time, arrayLimit, shards, environment } = map as Record<string, unknown>;
  const lines = typeof environment === 'string' ? environment.split(/\r?\n/) : environment;
  return {
    ...(matches(partition, WORD) && { partition }),
    ...(matches(account, WORD) && { account }),
    ...(matches(String(time), TIME) && { time: timeOf(time as string | number) }),
    ...(isCount(arrayLimit, Infinity) && { arrayLimit }),
    ...(isCount(shards, MOST_SHARDS) && { shards }),
    ...(Array.isArray(lines) && { environment: lines.map(String).filter((line) => line.trim() !== '') }),
  };
}

/** What is wrong with such a map, in words; empty where nothing is. Unknown keys are named. */
export function slurmMistakes(map: Readonly<Record<string, unknown>>): string[] {
  const known = slurmSettingsOf(map) as Record<string, unknown>;
  return Object.keys(map).flatMap((key) => {
    if (!(key in slurmProperties)) return [`there is no ${key}: there are ${Object.keys(slurmProperties).join(', ')}`];
    const { patternErrorMessage } = { ...slurmProperties[key as keyof SlurmSettings], ...timeMessage(key) };
    return key in known ? [] : [`${key} is ${JSON.stringify(map[key])}: ${patternErrorMessage ?? usual(key)}`];
  });
}

/** @param study wins, key by key */
export function joinedSlurmSettings(study: SlurmSettings, settings: SlurmSettings): SlurmSettings {
  return { ...settings, ...study };
}

function matches(value: unknown, pattern: string): value is string {
  return typeof value === 'string' && new RegExp(pattern).test(value);
}

/** YAML 1.1 reads 4:00:00 as 14,400, in base 60; ours is 1.2 and keeps the text: a number was written as minutes. */
function timeOf(time: string | number): string {
  return String(time);
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;
}

function timeMessage(key: string): JsonSchema {
  return key === 'time' ? slurmProperties.time.anyOf![0]! : {};
}

function usual(key: string): string {
  if (key === 'environment') return 'write a list of lines';
  return key === 'shards' ? `write a whole number from 1 to ${MOST_SHARDS}` : 'write a whole number of at least 1';
}

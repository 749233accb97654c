import type { Stimulus } from '../../data/stimuli';
import type { Pooling } from '../../models/transformer';
import { UserError } from '../../shared/errors';
import { PRESETS } from './presets';
import type { ConditionName, Preset } from './presets';
import type { LocalizationSpec } from './spec';

export type Role = 'positive' | 'negative' | 'other';

/** One condition of the stimuli: which rows are its own, in file order. */
export interface Condition {
  readonly name: string;
  readonly role: Role;
  readonly rows: Int32Array;
}

/** What is compared and how the stimuli are read, from the preset and what the person set. */
export interface Contrast {
  readonly positive: ConditionName;
  readonly negative: ConditionName;
  readonly pooling: Pooling;
  readonly maxTokens: number | undefined;
  /** Conditions were named by hand. */
  readonly custom: boolean;
}

/** The settings in force: what was given, else the network's own, also for conditions named by hand. */
export function contrastOf(spec: LocalizationSpec): Contrast {
  const preset: Preset = PRESETS[spec.network];
  const custom = spec.positive !== undefined && spec.negative !== undefined;
  return {
    positive: spec.positive === undefined ? preset.positive : exactly(spec.positive),
    negative: spec.negative === undefined ? preset.negative : exactly(spec.negative),
    pooling: spec.pooling ?? preset.pooling,
    maxTokens: spec.maxTokens ?? preset.maxTokens,
    custom,
  };
}

/**
 * Stimuli by condition: positive, negative, then any others in the order in which they appear.
 * @throws UserError when a stimulus has no condition, or one of the two has fewer than two stimuli
 */
export function conditionsOf(stimuli: readonly Stimulus[], contrast: Contrast): Condition[] {
  const rows = new Map<string, number[]>([
    [contrast.positive.label, []],
    [contrast.negative.label, []],
  ]);
  stimuli.forEach((stimulus, row) => {
    const name = nameOf(stimulus, contrast);
    const members = rows.get(name);
    if (members === undefined) rows.set(name, [row]);
    else members.push(row);
  });
  const roles: Role[] = ['positive', 'negative'];
  const conditions = [...rows].map(([name, members], i) => ({
    name,
    role: roles[i] ?? 'other',
    rows: Int32Array.from(members),
  }));
  requireTwoEach(conditions, contrast, filesOf(stimuli));
  return conditions;
}

function exactly(name: string): ConditionName {
  return { label: name, aliases: [] };
}

function nameOf(stimulus: Stimulus, { positive, negative }: Contrast): string {
  const { condition } = stimulus;
  if (condition === undefined) {
    throw new UserError(
      `${stimulus.source}, row ${stimulus.row} has no condition`,
      `Add a column "condition" that says ${positive.label} or ${negative.label}, or name the column with --condition-column.`,
    );
  }
  const known = [positive, negative].find(
    (side) => side.label === condition || side.aliases.includes(condition.toLowerCase()),
  );
  return known?.label ?? condition;
}

function requireTwoEach(conditions: readonly Condition[], contrast: Contrast, files: string): void {
  const present = conditions.filter(({ rows }) => rows.length > 0).map(({ name, rows }) => `${name} (${rows.length})`);
  const pair = conditions.slice(0, 2);
  const absent = pair.find(({ rows }) => rows.length === 0);
  if (absent !== undefined) {
    throw new UserError(
      `${files}: no condition "${absent.name}", only: ${present.join(', ')}`,
      contrast.custom
        ? 'Choose --positive and --negative among these.'
        : 'A localizer compares two: add it, or choose two of your own with --positive and --negative.',
    );
  }
  const single = pair.find(({ rows }) => rows.length === 1);
  if (single === undefined) return;
  throw new UserError(
    `${files}: one stimulus only of condition "${single.name}"`,
    "Welch's t-test needs at least two.",
  );
}

function filesOf(stimuli: readonly Stimulus[]): string {
  const files = [...new Set(stimuli.map(({ source }) => source))];
  return files.length === 1 ? files[0]! : `${files[0]} and ${files.length - 1} more`;
}

import { l10n } from 'vscode';
import { z } from 'zod';
import { nameOfModel } from '../shared/model-name';
import type { ResultFile } from '../shared/result';
import { count } from '../shared/words';

const AXES = ['x', 'y', 'z'] as const;
/** A covariate that `hierarchy` estimates from scores at several lags. */
const PEAK_LAG = 'peak-lag';
/** Roles of the files that say what a model was given, and what was recorded. */
const DATA_ROLES = ['stimuli', 'words', 'responses'];
/** First names that a reason tells. */
const NAMED = 3;

const unit = z.looseObject({
  id: z.string(),
  subject: z.string(),
  summary: z.boolean(),
  lag: z.number().optional(),
  position: z.array(z.number()).optional(),
  /** A missing number stands as null, beside a text with the reason. */
  covariates: z.record(z.string(), z.union([z.number(), z.null(), z.string()])),
});
const fields = z.looseObject({
  dataset: z.string(),
  metric: z.string(),
  columns: z.string(),
  layers: z.array(z.looseObject({ layer: z.number().nullable() })),
  permutations: z.looseObject({ draws: z.number() }),
  units: z.array(unit),
});
type Unit = z.output<typeof unit>;

/** What must be known of a result of `align` before several are held against each other. */
export interface AlignmentFacts {
  readonly model: string;
  /** SHA-256 of the model's files, by which results of tasks are found; empty where it was made without a model. */
  readonly hashes: string;
  readonly dataset: string;
  /** "ridge, p of 100 permutations" */
  readonly method: string;
  /** SHA-256 of the files of stimuli and responses; empty where features were given in place of a model. */
  readonly data: readonly string[];
  /** Units by subject and name; several lags of one are one. */
  readonly units: readonly string[];
  /** Numbers known of units, and of how many of them; in the order of the dataset's columns. */
  readonly covariates: ReadonlyMap<string, number>;
}

/** A result of `align` that no hierarchy can be made from. */
export interface Unfit {
  readonly model: string;
  readonly unfit: string;
}

/** Reads off a result of `align` what `hierarchy` will ask of it (`analyses/hierarchy/alignments`, `covariate`). */
export function alignmentFacts({ spec, result, provenance }: ResultFile): AlignmentFacts | Unfit {
  const model = nameOfModel(String(spec['model'] ?? spec['features'] ?? 'unknown'));
  const parsed = fields.safeParse(result);
  if (!parsed.success) return { model, unfit: l10n.t('was written by another version of Brainlens: align again') };
  const { dataset, metric, columns, layers, permutations, units } = parsed.data;
  if (columns === 'subjects')
    return { model, unfit: l10n.t('{0} scores all units of a subject together: align with ridge', metric) };
  if (layers.filter(({ layer }) => layer !== null).length < 2)
    return { model, unfit: l10n.t('scores fewer than two layers: there is no best one') };
  const single = bareUnits(units);
  return {
    model,
    hashes: modelHashes(provenance),
    dataset,
    method: permutations.draws > 0 ? l10n.t('{0}, p of {1} permutations', metric, count(permutations.draws)) : metric,
    data: dataHashes(provenance),
    units: [...single.keys()],
    covariates: covariatesOf([...single.values()]),
  };
}

/** SHA-256 of the files of the model behind a result, in order; empty where it was made without one. */
export function modelHashes({ inputs }: ResultFile['provenance']): string {
  const hashes = inputs.filter(({ role }) => role === 'model').map(({ sha256 }) => sha256);
  return hashes.sort().join(' ');
}

function dataHashes({ inputs }: ResultFile['provenance']): string[] {
  if (inputs.some(({ role }) => role === 'features')) return [];
  return inputs.filter(({ role }) => DATA_ROLES.includes(role)).map(({ sha256 }) => sha256);
}

/** Why an alignment does not go with another; `undefined` where both are of the same units, stimuli and responses. */
export function otherRecordings(one: AlignmentFacts, other: AlignmentFacts): string | undefined {
  const units = otherUnits(one, other);
  if (units !== undefined || one.data.length === 0 || other.data.length === 0) return units;
  const same = one.data.length === other.data.length && other.data.every((hash) => one.data.includes(hash));
  return same ? undefined : l10n.t('aligned with other stimuli or responses than {0} ({1})', one.model, one.dataset);
}

function otherUnits(one: AlignmentFacts, other: AlignmentFacts): string | undefined {
  const lacking = one.units.filter((name) => !other.units.includes(name));
  const further = other.units.filter((name) => !one.units.includes(name));
  if (lacking.length + further.length === 0) return undefined;
  const parts = [
    ...(lacking.length > 0 ? [l10n.t('lacks {0}', named(lacking))] : []),
    ...(further.length > 0 ? [l10n.t('has besides {0}', named(further))] : []),
  ];
  return l10n.t('other units than {0} ({1}): {2}', one.model, one.dataset, parts.join(', '));
}

/** Covariates that all alignments know, each with the fewest units that have it in any of them. */
export function commonCovariates(alignments: readonly AlignmentFacts[]): Map<string, number> {
  const [first, ...others] = alignments;
  const common = [...(first?.covariates ?? [])].filter(([name]) =>
    others.every(({ covariates }) => covariates.has(name)),
  );
  return new Map(
    common.map(([name, known]) => [name, Math.min(known, ...others.map(({ covariates }) => covariates.get(name)!))]),
  );
}

/** Names of alignments as `hierarchy` gives them: the folder's too where two are of one model. */
export function namesOf(alignments: readonly { readonly model: string; readonly folder: string }[]): string[] {
  return alignments.map(({ model, folder }) =>
    alignments.filter((other) => other.model === model).length === 1 ? model : `${model} (${folder})`,
  );
}

/** Of several lags of a unit the first stands for it: all have the same covariates. */
function bareUnits(units: readonly Unit[]): Map<string, Unit> {
  const found = new Map<string, Unit>();
  for (const one of units.filter(({ summary }) => !summary)) {
    const suffix = ` @ ${String(one.lag)} s`;
    const id = one.lag !== undefined && one.id.endsWith(suffix) ? one.id.slice(0, -suffix.length) : one.id;
    const name = one.subject === '' ? id : `${one.subject} ${id}`;
    if (!found.has(name)) found.set(name, one);
  }
  return found;
}

function covariatesOf(units: readonly Unit[]): Map<string, number> {
  const names = new Set(
    units.flatMap(({ covariates }) =>
      Object.entries(covariates).flatMap(([name, value]) => (typeof value === 'string' ? [] : [name])),
    ),
  );
  const having = (has: (one: Unit) => boolean): number => units.filter(has).length;
  const known = new Map(
    [...names].map((name) => [name, having(({ covariates }) => typeof covariates[name] === 'number')]),
  );
  const placed = having(({ position }) => position !== undefined);
  for (const axis of AXES) if (placed > 0 && !known.has(axis)) known.set(axis, placed);
  const timed = having(({ lag }) => lag !== undefined);
  if (timed > 0 && !known.has(PEAK_LAG)) known.set(PEAK_LAG, timed);
  return known;
}

function named(names: readonly string[]): string {
  const more = names.length - NAMED;
  const first = names.slice(0, NAMED).join('; ');
  return more > 0 ? l10n.t('{0} and {1} more', first, count(more)) : first;
}

import { columnOr, readLayout, requireColumn, textColumn } from '../../data/brain/layout';
import { numericColumn } from '../../data/formats/numeric';
import { correlateWithinGroups } from '../../math/hierarchy/within-groups';
import type { Random } from '../../math/random';
import { benjaminiHochberg, pearson } from '../../math/statistics';
import { UserError } from '../../shared/errors';
import { counted } from '../../shared/words';
import type { RunContext } from '../contract';
import type { BenchmarkFields, Measure, MeasureRow, ModelRow } from './result';

const MODELS = ['model', 'name'];
const FAMILY = 'family';
const SCORE = 'score';
/** Fewest models of a correlation. */
const FEWEST_MODELS = 3;
/** Below so many models not even all permutations give a two-sided p of 0.05: 2/4! = 0.083. */
const ENOUGH_MODELS = 5;

/** Performance of models as a table has it. */
export interface Benchmarks {
  readonly column: string;
  readonly families: boolean;
  readonly rows: readonly { readonly model: string; readonly score: number; readonly family: string }[];
  /** Files that were read. */
  readonly files: readonly string[];
}

/**
 * Reads a table of benchmarks: one row per model.
 * @param score name of the column of scores (default: `score`, or the only one of numbers)
 * @throws UserError that names file, column and row
 */
export async function readBenchmarks(file: string, score: string | undefined): Promise<Benchmarks> {
  const table = await readLayout(file);
  const name = columnOr(table, undefined, MODELS);
  if (name === undefined) {
    throw new UserError(`${file} has no column called ${MODELS.join(' or ')}`, 'Call the column of the models model.');
  }
  const others = table.columns.filter((column) => column !== name && column !== FAMILY);
  const only = others.length === 1 ? others[0] : undefined;
  if (score === undefined && !table.columns.includes(SCORE) && only === undefined) {
    throw new UserError(
      `${file} has no column called ${SCORE}`,
      `Name the one of the scores with --score; there are: ${others.join(', ')}.`,
    );
  }
  const column = requireColumn(table, score ?? (table.columns.includes(SCORE) ? SCORE : only!));
  const values = numericColumn(table, column);
  const families = table.columns.includes(FAMILY) ? textColumn(table, FAMILY) : undefined;
  const rows = textColumn(table, name).map((model, i) => ({
    model,
    score: values[i]!,
    family: families === undefined || families[i] === '' ? model : families[i]!,
  }));
  const twice = rows.findIndex(({ model }, i) => rows.findIndex((other) => same(other.model, model)) < i);
  if (twice >= 0) {
    throw new UserError(`${file}, ${table.place(twice)}: ${rows[twice]!.model} occurs twice`, 'Remove one.');
  }
  return { column, families: families !== undefined, rows, files: [file] };
}

/**
 * Benchmarks with the families of models that are known from elsewhere.
 * @param given MODEL=FAMILY; the first sign = divides them
 */
export function withFamilies(benchmarks: Benchmarks, given: readonly string[] | undefined): Benchmarks {
  if (given === undefined || given.length === 0) return benchmarks;
  const known = given.map((entry) => {
    const at = entry.indexOf('=');
    return { model: entry.slice(0, at), family: entry.slice(at + 1) };
  });
  const rows = benchmarks.rows.map((row) => {
    const family = known.find(({ model }) => same(model, row.model))?.family;
    return family === undefined ? row : { ...row, family };
  });
  return { ...benchmarks, rows, families: true };
}

/**
 * Peak score, hierarchical alignment and layers used of every model against its benchmark: Pearson, two-sided p by
 * permutation of the models, FDR over the measures, and r without each family.
 * @throws UserError where no model is in the table
 */
export function againstBenchmarks(
  models: readonly ModelRow[],
  benchmarks: Benchmarks,
  permutations: number,
  random: Random,
  context: RunContext,
): BenchmarkFields {
  const rows = models.map(({ name }) => benchmarks.rows.find(({ model }) => same(model, name)));
  const lonely = models.filter((_, m) => rows[m] === undefined).map(({ name }) => name);
  if (lonely.length === models.length) {
    const known = benchmarks.rows.map(({ model }) => model).join(', ');
    throw new UserError(
      `No aligned model (${lonely.join(', ')}) is among the benchmarks (${known})`,
      'Write the models in the column model as they are called here.',
    );
  }
  if (lonely.length > 0) {
    context.warn(
      `${counted(lonely.length, 'model')} without a benchmark left out of the correlations with it: ${lonely.join(', ')}.`,
    );
  }
  const scored = models.flatMap((model, m) => {
    const row = rows[m];
    return row === undefined
      ? []
      : [{ model, score: row.score, family: row.family === row.model ? model.name : row.family }];
  });
  warnOfFew(scored.filter(({ score }) => !Number.isNaN(score)).length, context);
  const measured = MEASURES.map((measure) => measureOf(measure, scored, permutations, random.fork(measure)));
  const q = benjaminiHochberg(Float64Array.from(measured, ({ p }) => p));
  const measures = measured.map((row, i) => ({ ...row, q: q[i]! }));
  return {
    column: benchmarks.column,
    r: measures[0]!.r,
    p: measures[0]!.p,
    families: benchmarks.families,
    scores: scored.map(({ model, score, family }) => ({ model: model.name, score, family })),
    measures,
  };
}

const MEASURES: readonly Measure[] = ['peak', 'spearman', 'layersUsed'];

/** A model's number under a measure. */
export function valueOf(model: ModelRow, measure: Measure): number {
  return measure === 'layersUsed' ? model.layersUsed.depth : model[measure];
}

interface Scored {
  readonly model: ModelRow;
  readonly score: number;
  readonly family: string;
}

function measureOf(
  measure: Measure,
  scored: readonly Scored[],
  permutations: number,
  random: Random,
): Omit<MeasureRow, 'q'> {
  const kept = scored.filter(({ model, score }) => !Number.isNaN(score) && !Number.isNaN(valueOf(model, measure)));
  const [x, y] = columnsOf(kept, measure);
  const all = kept.map(() => '');
  const enough = kept.length >= FEWEST_MODELS;
  const { pearson: r, pearsonP: p } = enough
    ? correlateWithinGroups(x, y, all, permutations, random)
    : { pearson: NaN, pearsonP: NaN };
  const families = [...new Set(kept.map(({ family }) => family))];
  const without = families.map((family) => {
    const rest = kept.filter((other) => other.family !== family);
    return { family, models: rest.length, r: rest.length < FEWEST_MODELS ? NaN : pearson(...columnsOf(rest, measure)) };
  });
  const rs = without.map(({ r: each }) => each).filter((each) => !Number.isNaN(each));
  const range = rs.length === 0 ? ([NaN, NaN] as const) : ([Math.min(...rs), Math.max(...rs)] as const);
  return { measure, models: kept.length, r, p, without, range };
}

function columnsOf(kept: readonly Scored[], measure: Measure): [Float64Array, Float64Array] {
  return [
    Float64Array.from(kept, ({ score }) => score),
    Float64Array.from(kept, ({ model }) => valueOf(model, measure)),
  ];
}

function warnOfFew(models: number, context: RunContext): void {
  if (models >= ENOUGH_MODELS) return;
  const what = models < FEWEST_MODELS ? 'too few to correlate' : 'whose permutations cannot give a p of 0.05';
  context.warn(`Benchmarks are known of ${counted(models, 'model')}, ${what}.`);
}

/** Names of models, whatever their case and the ending of a file. */
function same(a: string, b: string): boolean {
  const plain = (name: string): string =>
    name
      .trim()
      .toLowerCase()
      .replace(/\.gguf$/, '');
  return plain(a) === plain(b);
}

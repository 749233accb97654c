import { z } from 'zod';
import { UserError } from '../../shared/errors';
import { parseFormula, regionsOf } from './formula';
import type { Claim, Region } from './formula';

/** How a region's surprisal is made of its tokens'. All published suites say `sum`. */
export type RegionMetric = (typeof METRICS)[number];

const METRICS = ['sum', 'mean', 'median', 'range', 'max', 'min'] as const;

/** A part of a sentence; empty where this condition has nothing in its place. */
export interface SyntaxGymRegion {
  readonly number: number;
  readonly content: string;
}

export interface SyntaxGymCondition {
  readonly name: string;
  readonly regions: readonly SyntaxGymRegion[];
}

export interface SyntaxGymItem {
  readonly number: number;
  /** Place in the file, from 1. */
  readonly row: number;
  readonly conditions: readonly SyntaxGymCondition[];
}

export interface SyntaxGymFormula {
  readonly text: string;
  readonly claim: Claim;
}

/** A SyntaxGym suite: the share of items whose region surprisals meet all its formulas. */
export interface SyntaxGymTask {
  readonly kind: 'syntaxgym';
  readonly name: string;
  readonly source: string;
  readonly metric: RegionMetric;
  readonly formulas: readonly SyntaxGymFormula[];
  readonly items: readonly SyntaxGymItem[];
}

const suiteSchema = z.object({
  meta: z.object({ metric: z.enum(METRICS).default('sum') }).default({ metric: 'sum' }),
  predictions: z.array(z.object({ type: z.literal('formula'), formula: z.string() })).min(1),
  items: z
    .array(
      z.object({
        item_number: z.number().int(),
        conditions: z
          .array(
            z.object({
              condition_name: z.string(),
              regions: z.array(z.object({ region_number: z.number().int(), content: z.string() })).min(1),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});

/** Whether parsed JSON looks like a suite at all. */
export function isSuite(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'predictions' in json && 'items' in json;
}

/**
 * A suite from its parsed JSON; every region that a formula names exists in every item.
 * @throws UserError that names the file, the item and the remedy
 */
export function suiteOf(json: unknown, name: string, source: string): SyntaxGymTask {
  const parsed = suiteSchema.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new UserError(`${source}: ${placeOf(path)}: ${message}`, 'Write the suite in the layout of SyntaxGym 2020.');
  }
  const { meta, predictions, items } = parsed.data;
  const task: SyntaxGymTask = {
    kind: 'syntaxgym',
    name,
    source,
    metric: meta.metric,
    formulas: predictions.map(({ formula }, i) => ({
      text: formula,
      claim: parseFormula(formula, `${source}, formula ${i + 1}`),
    })),
    items: items.map(({ item_number, conditions }, i) => ({
      number: item_number,
      row: i + 1,
      conditions: conditions.map(({ condition_name, regions }) => ({
        name: condition_name,
        regions: regions.map(({ region_number, content }) => ({ number: region_number, content })),
      })),
    })),
  };
  for (const item of task.items) checkItem(task, item);
  return task;
}

/** "items[2].conditions[0].regions": as a person would look it up in the file, counted from 0. */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return place === '' ? 'the file' : place.replace(/^\./, '');
}

function checkItem(task: SyntaxGymTask, item: SyntaxGymItem): void {
  const where = `${task.source}, item ${item.number}`;
  requireDistinct(where, 'two conditions are called', item.conditions, ({ name }) => name);
  for (const condition of item.conditions) {
    requireDistinct(
      `${where}, ${condition.name}`,
      'two regions have number',
      condition.regions,
      ({ number }) => number,
    );
    if (condition.regions.every(({ content }) => content.trim() === '')) {
      throw new UserError(`${where}: all regions of condition ${condition.name} are empty`, 'Fill in its sentence.');
    }
  }
  task.formulas.forEach(({ claim }, i) => {
    for (const region of regionsOf(claim)) requireRegion(where, `formula ${i + 1}`, item, region);
  });
}

function requireDistinct<T>(where: string, problem: string, list: readonly T[], key: (entry: T) => unknown): void {
  const seen = new Set<unknown>();
  for (const entry of list) {
    if (seen.has(key(entry))) throw new UserError(`${where}: ${problem} ${String(key(entry))}`, 'Rename one of them.');
    seen.add(key(entry));
  }
}

function requireRegion(where: string, formula: string, item: SyntaxGymItem, named: Region): void {
  const condition = item.conditions.find(({ name }) => name === named.condition);
  if (condition === undefined) {
    const names = item.conditions.map(({ name }) => name).join(', ');
    throw new UserError(
      `${where}: ${formula} names condition ${named.condition}, which the item lacks`,
      `Its conditions: ${names}.`,
    );
  }
  if (named.region === '*' || condition.regions.some(({ number }) => number === named.region)) return;
  const numbers = condition.regions.map(({ number }) => number).join(', ');
  throw new UserError(
    `${where}: ${formula} names region ${named.region} of condition ${named.condition}, which the item lacks`,
    `Its regions: ${numbers}.`,
  );
}

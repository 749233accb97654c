import { settingIssue } from '../shared/analysis';
import type { StudyRun } from './plan';
import { asSettings } from './settings';
import type { RunState } from './state';

/** What became of a run. */
export type Outcome =
  | { readonly kind: 'up-to-date' }
  | { readonly kind: 'done'; readonly summary: string }
  | { readonly kind: 'failed'; readonly message: string; readonly internal: boolean }
  | { readonly kind: 'skipped'; readonly reason: string };

/** A run whose turn it is, with what is left of its input. */
export interface Turn {
  readonly run: StudyRun;
  readonly input: Readonly<Record<string, unknown>>;
  /** Labels of the runs, or names of the models, that it goes on without. */
  readonly leftOut: readonly string[];
}

/** Why a run cannot be. */
export interface Skip {
  readonly run: StudyRun;
  readonly skip: string;
}

/**
 * What to do next.
 * @param runs in the order of the plan
 * @param outcomes of the runs that were dealt with, by id
 * @returns `undefined` where all runs were
 */
export function nextRun(runs: readonly StudyRun[], outcomes: ReadonlyMap<string, Outcome>): Turn | Skip | undefined {
  const run = runs.find(({ id }) => !outcomes.has(id));
  if (run === undefined) return undefined;
  const byId = new Map(runs.map((one) => [one.id, one]));
  return turnOf(run, byId, ({ id }) => {
    const outcome = outcomes.get(id);
    return outcome?.kind === 'failed' ? 'failed' : outcome?.kind === 'skipped' ? 'was skipped' : undefined;
  });
}

/**
 * A run without what failed: of a list of results the rest, where the analysis takes as few. A model that is missing from
 * a list which the analysis needs is left out of its other lists, for it would be compared with nothing.
 * @param lost says of a run, in words, that there is no result of it
 */
export function turnOf(
  run: StudyRun,
  runs: ReadonlyMap<string, StudyRun>,
  lost: (run: StudyRun) => string | undefined,
): Turn | Skip {
  const gone = run.needs.flatMap((need) => {
    const of = runs.get(need.run);
    const how = of && lost(of);
    return of === undefined || how === undefined ? [] : [{ need, of, how }];
  });
  if (gone.length === 0) return { run, input: run.input, leftOut: run.without ?? [] };
  const single = gone.find(({ need }) => !need.list);
  if (single !== undefined) return { run, skip: `${single.of.label} ${single.how}` };
  const models = new Set(gone.flatMap(({ need, of }) => (isNeeded(run, need.field) && of.model ? [of.model] : [])));
  const dropped = run.needs.filter(({ run: id, path, field, list }) => {
    const model = runs.get(id)?.model;
    const orphan = list && model !== undefined && models.has(model);
    return orphan || gone.some(({ need }) => need.path === path && need.field === field);
  });
  const input = Object.fromEntries(
    Object.entries(run.input).map(([field, value]) => {
      const paths = dropped.filter((need) => need.field === field).map(({ path }) => path);
      return [field, Array.isArray(value) ? value.filter((item) => !paths.includes(String(item))) : value];
    }),
  );
  const problem = settingIssue(run.spec, input);
  const [first] = gone;
  if (problem !== undefined) {
    const why = asSettings(`${problem.field} ${problem.message}`, run);
    return { run, skip: `${first!.of.label} ${first!.how}, and without it ${why}` };
  }
  const leftOut = [...new Set([...(run.without ?? []), ...dropped.map(({ run: id }) => runs.get(id)!.label)])];
  return { run, input, leftOut };
}

/** Whether an analysis cannot do without a setting. */
function isNeeded({ spec, input }: StudyRun, field: string): boolean {
  const without = Object.fromEntries(Object.entries(input).filter(([key]) => key !== field));
  return settingIssue(spec, without) !== undefined;
}

/** How the runs of a plan stand, each beside those that it needs. */
export interface RunStatus {
  readonly run: StudyRun;
  readonly state: RunState;
}

/**
 * How all runs stand, with what would have to be made again because of what it needs.
 * @param look how a run stands by itself, with what is left of its input
 */
export async function statesOf(
  runs: readonly StudyRun[],
  look: (turn: Turn) => Promise<RunState>,
): Promise<RunStatus[]> {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const states = new Map<string, RunState>();
  const lost = new Map<string, string>();
  for (const run of runs) {
    const turn = turnOf(run, byId, ({ id }) => lost.get(id));
    if ('skip' in turn) {
      states.set(run.id, { kind: 'out-of-date', reason: `it waits: ${turn.skip}` });
      lost.set(run.id, 'is left out');
      continue;
    }
    const own: RunState = run.fault === undefined ? await look(turn) : { kind: 'blocked', message: run.fault };
    if (own.kind === 'failed' || own.kind === 'blocked') lost.set(run.id, 'failed');
    const stale = run.needs
      .map(({ run: id }) => byId.get(id)!)
      .find(({ id }) => !lost.has(id) && isStale(states.get(id)));
    const behind: RunState = {
      kind: 'out-of-date',
      reason: `${stale?.label} is ${words(states.get(stale?.id ?? ''))}`,
    };
    states.set(run.id, stale !== undefined && own.kind === 'up-to-date' ? behind : own);
  }
  return runs.map((run) => ({ run, state: states.get(run.id)! }));
}

function isStale(state: RunState | undefined): boolean {
  return state?.kind === 'missing' || state?.kind === 'out-of-date';
}

function words(state: RunState | undefined): string {
  return state?.kind === 'missing' ? 'still to be made' : 'out of date';
}

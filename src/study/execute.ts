import { Cancelled, messageOf, UserError } from '../shared/errors';
import { nextRun } from './next';
import type { Outcome, Turn } from './next';
import type { StudyRun } from './plan';
import { asSettings } from './settings';
import type { RunState } from './state';

/** How the runs of a study are looked at, made and told of. */
export interface StudyHooks {
  /** How a run stands by itself. */
  look(turn: Turn): Promise<RunState>;
  /** Makes a run. Throws what went wrong; Cancelled ends the study. */
  make(turn: Turn): Promise<{ readonly summary: string }>;
  /** A run is about to be made. */
  onStart(turn: Turn, why: string): void;
  onOutcome(run: StudyRun, outcome: Outcome): void;
}

/**
 * Makes the runs of a study that are not up to date, one after another. One that fails does not stop the others.
 * @param runs in the order of a plan
 * @param force makes those that are up to date, too, and replaces results that are not of this study
 * @returns what became of each, by id
 * @throws Cancelled; what was made stays
 */
export async function executeStudy(
  runs: readonly StudyRun[],
  hooks: StudyHooks,
  { force, signal }: { readonly force: boolean; readonly signal: AbortSignal },
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (;;) {
    if (signal.aborted) throw new Cancelled();
    const next = nextRun(runs, outcomes);
    if (next === undefined) return outcomes;
    const outcome = 'skip' in next ? ({ kind: 'skipped', reason: next.skip } as const) : await make(next, hooks, force);
    outcomes.set(next.run.id, outcome);
    hooks.onOutcome(next.run, outcome);
  }
}

async function make(turn: Turn, hooks: StudyHooks, force: boolean): Promise<Outcome> {
  const { fault } = turn.run;
  if (fault !== undefined) return { kind: 'failed', message: fault, internal: false };
  try {
    const state = await hooks.look(turn);
    if (state.kind === 'blocked' && !force) return { kind: 'failed', message: state.message, internal: false };
    if (state.kind === 'up-to-date' && !force) return { kind: 'up-to-date' };
    hooks.onStart(turn, whyOf(state));
    return { kind: 'done', ...(await hooks.make(turn)) };
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    const message = asSettings(messageOf(error), turn.run);
    return { kind: 'failed', message, internal: !(error instanceof UserError) };
  }
}

/** Why a run is made, in a few words. */
export function whyOf(state: RunState): string {
  switch (state.kind) {
    case 'up-to-date':
    case 'blocked':
      return 'forced';
    case 'missing':
      return 'not made yet';
    case 'failed':
      return `it failed before: ${state.message}`;
    case 'out-of-date':
      return state.reason;
  }
}

import { l10n } from 'vscode';
import type { EngineClient } from '../../engine/client';
import { Cancelled, UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { StudyRecord } from '../../shared/result';
import { executeStudy } from '../../study/execute';
import { jobOf } from '../../study/job';
import type { SharedSettings } from '../../study/job';
import type { Outcome } from '../../study/next';
import type { StudyRun } from '../../study/plan';
import type { RunState } from '../../study/state';

/** Follows the runs of a study. */
export interface StudyFollower {
  readonly signal: AbortSignal;
  /** Makes those that are up to date, too. */
  readonly force?: boolean;
  /** @param place "encoding (smol) 2/5" */
  onProgress(place: string, progress: Progress): void;
  /** How a run stands. */
  look(run: StudyRun, input: Readonly<Record<string, unknown>>): Promise<RunState>;
  /** What the study notes of a run's inputs right before it. */
  record(run: StudyRun, input: Readonly<Record<string, unknown>>): Promise<StudyRecord>;
  /** Remembers for the next look why a run failed, or that it was made. */
  remember(run: StudyRun, failure: string | undefined): Promise<void>;
}

/** What became of one run. */
export interface RunEnd {
  readonly run: StudyRun;
  readonly outcome: Outcome;
}

/**
 * Makes the runs of a study that are not up to date in the engine, one after another; one that fails does not stop the
 * others.
 * @param runs in the order of a plan
 * @throws Cancelled; what was made stays
 */
export async function runStudyJobs(
  runs: readonly StudyRun[],
  client: Pick<EngineClient, 'run'>,
  shared: SharedSettings,
  follower: StudyFollower,
): Promise<readonly RunEnd[]> {
  const ends: RunEnd[] = [];
  await executeStudy(
    runs,
    {
      look: ({ run, input }) => follower.look(run, input),
      make: async (turn) => {
        const { run, input } = turn;
        const place = `${run.label} ${runs.indexOf(run) + 1}/${runs.length}`;
        const job = jobOf(turn, shared, await follower.record(run, input));
        const onProgress = (progress: Progress): void => follower.onProgress(place, progress);
        const outcome = await client.run(job, { signal: follower.signal, onProgress });
        if (outcome.kind === 'cancelled') throw new Cancelled();
        await follower.remember(run, outcome.kind === 'failed' ? outcome.message : undefined);
        if (outcome.kind === 'failed') throw outcome.user ? new UserError(outcome.message) : new Error(outcome.message);
        return outcome;
      },
      onStart: () => undefined,
      onOutcome: (run, outcome) => ends.push({ run, outcome }),
    },
    { force: follower.force === true, signal: follower.signal },
  );
  return ends;
}

/** What failed or had to be left out, in one message; `undefined` where all was made. */
export function failuresOf(ends: readonly RunEnd[]): string | undefined {
  const told = ends.flatMap(({ run, outcome }) => {
    if (outcome.kind === 'failed') return [l10n.t('{0} failed: {1}', run.label, outcome.message)];
    return outcome.kind === 'skipped' ? [l10n.t('{0} was left out: {1}', run.label, outcome.reason)] : [];
  });
  if (told.length === 0) return undefined;
  return l10n.t('{0} of {1} runs of the study were not made. {2}', told.length, ends.length, told.join(' · '));
}

/** The result to open: of the hierarchy, else the last one made. */
export function resultToOpen(ends: readonly RunEnd[]): string | undefined {
  const done = ends.filter(({ outcome }) => outcome.kind === 'done').map(({ run }) => run);
  return (done.find(({ spec }) => spec.id === 'hierarchy') ?? done.at(-1))?.out;
}

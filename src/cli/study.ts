import { Cancelled, UserError } from '../shared/errors';
import { parseBytes } from '../shared/memory-size';
import { RESULTS_FOLDER_WANTED, resultsFolderOf } from '../shared/results-folder';
import { counted } from '../shared/words';
import type { StudyJob } from '../engine/study/run';
import { executeStudy, whyOf } from '../study/execute';
import { statesOf } from '../study/next';
import type { Outcome, RunStatus } from '../study/next';
import { withNeeds } from '../study/order';
import type { StudyPlan, StudyRun } from '../study/plan';
import type { SlurmSettings } from '../study/slurm';
import type { StudySettings } from '../study/study';
import { nearest } from '../shared/manifest';
import { CANCELLED, interruptible } from './interrupt';
import { localShards } from './local-shards';
import type { LocalOptions } from './local-shards';
import { longHint, sizeHint } from './long';
import { ProgressDisplay } from './progress';
import { jobSettings } from './verbs';
import type { CommonOptions, Streams } from './verbs';

/** Options of `brainlens run` as they were typed. */
export interface StudyOptions extends Omit<LocalOptions, 'out'> {
  readonly dryRun?: boolean;
  /** Digest of the scripts that a dry run showed: others are not submitted. */
  readonly expect?: string;
  /** Where shards run. */
  readonly engine?: string;
  readonly only?: string;
  /** Folder of results below the working directory; it wins over what the study says. */
  readonly results?: string;
}

/**
 * Runs what is out of date of a study, or with `--dry-run` says what would run.
 * @returns the exit code: 0 all is up to date, 2 some run failed for bad input, 1 for a failure of ours, 130 cancelled
 * @throws UserError for a study that cannot run at all
 */
export async function runStudy(path: string, options: StudyOptions, streams: Streams): Promise<number> {
  if (options.engine === 'slurm') {
    const { runOnSlurm } = await import('./slurm');
    return runOnSlurm(path, options, streams);
  }
  const { lookAt } = await import('../engine/study/look');
  const { plan, study } = await openedStudy(path, options);
  const local = localShards(path, options, study);
  const runs = options.only === undefined ? plan.runs : chosen(plan, options.only);
  const say = (line: string): unknown => (options.json === true ? streams.stderr : streams.stdout).write(`${line}\n`);
  if (options.dryRun === true) {
    const states = await statesOf(runs, async ({ run, input }) => {
      const state = await lookAt(run, input, study);
      const replaced = { kind: 'out-of-date', reason: 'it replaces a result that is not of this study' } as const;
      return state.kind === 'blocked' && options.force === true ? replaced : state;
    });
    if (options.json === true) streams.stdout.write(jsonOf(states.map(statusJson)));
    else for (const status of states) say(dryLine(status, options.force === true));
    for (const { run, state } of states) {
      const hint = state.kind === 'up-to-date' ? undefined : sizeHint(run.spec.id, run.input);
      if (hint !== undefined) streams.stderr.write(`${run.label}: ${hint}\n`);
    }
    return 0;
  }

  const { makeRun, makeShardedRun } = await import('../engine/study/run');
  const { discardPartial, hasReport, reportMoved } = await import('../engine/store');
  const display = new ProgressDisplay(streams.stderr);
  const outcomes = new Map<string, Outcome>();
  let current: StudyRun | undefined;
  const work = (signal: AbortSignal): Promise<unknown> =>
    executeStudy(
      runs,
      {
        look: ({ run, input }) => lookAt(run, input, study),
        async make(turn) {
          current = turn.run;
          const onProgress: ProgressDisplay['show'] = (progress) => {
            const hint = longHint(turn.run.spec.id, progress);
            if (hint !== undefined) {
              display.clear();
              streams.stderr.write(`${turn.run.label}: ${hint}\n`);
            }
            if (options.quiet !== true) display.show({ ...progress, phase: `${turn.run.label}: ${progress.phase}` });
          };
          const hooks = { signal, onProgress };
          const reported = hasReport(turn.run.out);
          const making = local === undefined ? makeRun(turn, study, hooks) : makeShardedRun(turn, study, local, hooks);
          const done = await making.finally(() => display.clear());
          for (const warning of done.warnings) streams.stderr.write(`Warning: ${turn.run.label}: ${warning}\n`);
          const moved = reported ? reportMoved(turn.run.out) : undefined;
          if (moved !== undefined) streams.stderr.write(`${turn.run.label}: ${moved}\n`);
          return done;
        },
        onStart: ({ run }, why) => say(`${run.label}: running (${why})`),
        onOutcome: (run, outcome) => {
          outcomes.set(run.id, outcome);
          say(`${run.label}: ${outcomeLine(outcome)}`);
        },
      },
      { force: options.force === true, signal },
    );
  try {
    await interruptible(work, () => current && discardPartial(current.out, process.pid));
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    display.clear();
    const left = runs.length - outcomes.size;
    streams.stderr.write(`brainlens: cancelled; ${counted(left, 'run')} left. Run the study again to go on.\n`);
    if (options.json === true) streams.stdout.write(jsonOf(runs.map((run) => outcomeJson(run, outcomes.get(run.id)))));
    return CANCELLED;
  }
  say(summaryOf([...outcomes.values()]));
  if (options.json === true) streams.stdout.write(jsonOf(runs.map((run) => outcomeJson(run, outcomes.get(run.id)))));
  return exitCodeOf([...outcomes.values()]);
}

/** What is typed wins over what the study says. */
function withSettings(options: StudyOptions, settings: StudySettings): CommonOptions {
  const { memory } = settings;
  const bytes = typeof memory === 'string' ? parseBytes(memory) : memory;
  return {
    ...(settings.seed === undefined ? {} : { seed: String(settings.seed) }),
    ...(settings.threads === undefined ? {} : { threads: String(settings.threads) }),
    ...(bytes === undefined ? {} : { memory: String(bytes) }),
    ...(settings.executor === undefined ? {} : { executor: settings.executor }),
    ...options,
  };
}

/** A study that can run. */
export interface OpenedForRuns {
  readonly plan: StudyPlan;
  /** What all its jobs share. */
  readonly study: StudyJob;
  readonly slurm: SlurmSettings;
  /** What was typed or stands in the study: without defaults, which are those of this machine. */
  readonly said: Pick<CommonOptions, 'threads' | 'memory'>;
}

/** A study that can run, and what all its jobs share. @throws UserError for a study that cannot run at all */
export async function openedStudy(path: string, options: StudyOptions): Promise<OpenedForRuns> {
  const { openStudy } = await import('../engine/study/open');
  const { samplesFolder } = await import('../engine/samples');
  const { file, plan, settings, slurm } = await openStudy(path, process.cwd(), typedResults(options));
  const said = withSettings(options, settings);
  return { plan, study: { ...jobSettings(said), samples: samplesFolder(), file }, slurm, said };
}

/** The folder of results that was typed. */
function typedResults({ results }: StudyOptions): { readonly typedResults?: string } {
  if (results === undefined) return {};
  const folder = resultsFolderOf(results);
  if (folder !== undefined) return { typedResults: folder };
  throw new UserError(`--results ${results}: not a folder of results`, `Write ${RESULTS_FOLDER_WANTED}.`);
}

/** One analysis, or one run of it, with all that it needs. */
export function chosen({ runs }: StudyPlan, name: string): StudyRun[] {
  const found = withNeeds(runs, ({ id, analysis }) => id === name || analysis === name);
  if (found.length > 0) return found;
  const names = [...new Set(runs.flatMap(({ analysis, id }) => [analysis, id]))];
  const meant = nearest(name, names);
  throw new UserError(
    `--only ${name}: the study has no analysis of that name`,
    meant === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${meant}?`,
  );
}

function exitCodeOf(outcomes: readonly Outcome[]): number {
  const failed = outcomes.filter((outcome) => outcome.kind === 'failed');
  if (failed.some(({ internal }) => internal)) return 1;
  return failed.length > 0 ? 2 : 0;
}

function dryLine({ run, state }: RunStatus, force: boolean): string {
  if (state.kind === 'up-to-date' && !force) return `${run.label}: up to date`;
  if (state.kind === 'blocked') return `${run.label}: would fail: ${state.message}`;
  return `${run.label}: would run (${whyOf(state)})`;
}

function outcomeLine(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'up-to-date':
      return 'up to date';
    case 'done':
      return `done: ${outcome.summary}`;
    case 'failed':
      return outcome.internal ? `failed, an internal failure: ${outcome.message}` : `failed: ${outcome.message}`;
    case 'skipped':
      return `skipped: ${outcome.reason}`;
  }
}

function summaryOf(outcomes: readonly Outcome[]): string {
  const count = (kind: Outcome['kind']): number => outcomes.filter((outcome) => outcome.kind === kind).length;
  const parts = (
    [
      ['done', 'done'],
      ['up-to-date', 'up to date'],
      ['failed', 'failed'],
      ['skipped', 'skipped'],
    ] as const
  ).flatMap(([kind, words]) => (count(kind) > 0 ? [`${count(kind)} ${words}`] : []));
  return `${counted(outcomes.length, 'run')}: ${parts.join(', ')}.`;
}

function statusJson({ run, state: { kind, ...rest } }: RunStatus): unknown {
  return { ...runJson(run), state: kind, ...rest };
}

function outcomeJson(run: StudyRun, outcome: Outcome | undefined): unknown {
  const { kind, ...rest } = outcome ?? { kind: 'cancelled' as const };
  return { ...runJson(run), state: kind, ...rest };
}

function runJson({ id, analysis, model, spec, out }: StudyRun): Record<string, unknown> {
  return { id, analysis, ...(model === undefined ? {} : { model }), verb: spec.id, folder: out };
}

function jsonOf(runs: readonly unknown[]): string {
  return `${JSON.stringify({ runs }, undefined, 2)}\n`;
}

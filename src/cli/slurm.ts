import { basename, dirname } from 'node:path';
import { jobsFor } from '../cluster/submission';
import type { LiveJob, RunWork, StageWork, Submission } from '../cluster/submission';
import { keyOf, REDUCE } from '../cluster/jobs';
import type { Surroundings } from '../cluster/jobs';
import { usualBudget } from '../cluster/memory';
import { holdAgainst } from '../cluster/digest';
import { whileLocked } from '../cluster/lock';
import { pollSlurm } from '../cluster/poll';
import { plannedText } from '../cluster/planned';
import { clusterFolder, readRecord } from '../cluster/record';
import type { SubmittedJob, SubmittedRun } from '../cluster/record';
import { Slurm } from '../cluster/slurm';
import { liveJobs, scriptsText, submitJobs } from '../cluster/submit';
import type { Submitted } from '../cluster/submit';
import type { StudyJob } from '../engine/study/run';
import { UserError } from '../shared/errors';
import { counted } from '../shared/words';
import { turnOf } from '../study/next';
import type { Turn } from '../study/next';
import type { StudyRun } from '../study/plan';
import { joinedSlurmSettings, slurmMistakes, slurmSettingsOf, USUAL_SHARDS } from '../study/slurm';
import type { SlurmSettings } from '../study/slurm';
import { parseWhole } from './settings';
import { chosen, openedStudy } from './study';
import type { OpenedForRuns, StudyOptions } from './study';
import type { Streams } from './verbs';

/** Cores of a task where nobody says: this machine's are not those of the compute nodes. */
const USUAL_THREADS = 4;

/**
 * Submits what is out of date of a study to Slurm, or with `--dry-run` prints the scripts and writes nothing.
 * @returns the exit code: 0 all that can be made is up to date or with Slurm, 2 some run cannot be made
 * @throws UserError for a study that cannot run at all, and with what Slurm refuses
 */
export async function runOnSlurm(path: string, options: StudyOptions, streams: Streams): Promise<number> {
  if (options.atOnce !== undefined)
    throw new UserError('--at-once is for shards on this machine', "Write arrayLimit in the study's slurm section.");
  const opened = await openedStudy(path, options);
  const { plan, slurm: own } = opened;
  const typed = options.shards === undefined ? {} : { shards: parseWhole('--shards', options.shards, 1) };
  const settings = { ...joinedSlurmSettings(own, settingsOf(process.env['BRAINLENS_SLURM'])), ...typed };
  const runs = options.only === undefined ? plan.runs : chosen(plan, options.only);
  const around = surroundingsOf(opened, options, settings);
  const slurm = new Slurm();
  const aside = options.json === true || options.dryRun === true;
  const say = (line: string): unknown => (aside ? streams.stderr : streams.stdout).write(`${line}\n`);

  const { turns, lost } = await turnsOf(runs, opened.study, options.force === true, say);
  const code = lost ? 2 : 0;
  const submitAll = async (): Promise<number> => {
    const live = await queued(around.folder, slurm);
    const works: RunWork[] = [];
    for (const turn of turns) works.push(await workOf(turn, opened, settings, options.force === true));
    const submission = jobsFor(works, live);
    if (options.dryRun === true) {
      if (submission.jobs.length === 0) say(summaryOf([], around.folder, turns.length));
      else streams.stdout.write(shownText(submission, around));
      return code;
    }
    holdAgainst(options.expect, submission.jobs.length === 0 ? '' : shownText(submission, around));
    const { jobs, cancelled } = await submitted(submission, turns, works, around, slurm);
    for (const job of cancelled) say(`Cancelled job ${job.id} (${keyOf(job)}): it waited for what is made anew.`);
    for (const { run } of turns) say(lineOf(run, jobs, live));
    say(summaryOf(jobs, around.folder, turns.length));
    if (options.json === true)
      streams.stdout.write(`${JSON.stringify({ folder: around.folder, jobs }, undefined, 2)}\n`);
    return code;
  };
  return options.dryRun === true || turns.length === 0 ? submitAll() : whileLocked(around.folder, submitAll);
}

/** What a dry run prints, and what is held against the digest of it. */
function shownText(submission: Submission, around: Surroundings): string {
  return `${plannedText(submission, around)}\n\n${scriptsText(submission.jobs, around)}`;
}

async function submitted(
  submission: Submission,
  turns: readonly Turn[],
  works: readonly RunWork[],
  around: Surroundings,
  slurm: Slurm,
): Promise<Submitted> {
  if (submission.jobs.length === 0) return { jobs: [], cancelled: [] };
  const runs = turns.map(({ run }, i): SubmittedRun => {
    const stages = works[i]!.stages.map(({ stage, of }) => ({ stage, of }));
    return { id: run.id, label: run.label, out: run.out, verb: run.spec.id, stages };
  });
  return submitJobs(submission, runs, around, slurm);
}

/** The runs to be made. Those that fail before they begin are told of, and what cannot be made without them. */
async function turnsOf(
  runs: readonly StudyRun[],
  study: StudyJob,
  force: boolean,
  say: (line: string) => unknown,
): Promise<{ readonly turns: Turn[]; readonly lost: boolean }> {
  const { lookAt } = await import('../engine/study/look');
  const byId = new Map(runs.map((run) => [run.id, run]));
  const lost = new Map<string, string>();
  const turns: Turn[] = [];
  const fails = ({ id, label }: StudyRun, message: string): void => {
    lost.set(id, 'cannot be made');
    say(`${label}: ${message}`);
  };
  for (const run of runs) {
    const turn = turnOf(run, byId, ({ id }) => lost.get(id));
    if ('skip' in turn) fails(run, `skipped: ${turn.skip}`);
    else if (run.fault !== undefined) fails(run, `failed: ${run.fault}`);
    else {
      const state = await lookAt(run, turn.input, study);
      const anew = run.needs.some((need) => turns.some((other) => other.run.id === need.run));
      if (state.kind === 'blocked' && !force) fails(run, `failed: ${state.message}`);
      else if (state.kind === 'up-to-date' && !force && !anew) say(`${run.label}: up to date`);
      else turns.push(turn);
    }
  }
  return { turns, lost: lost.size > 0 };
}

/** What of earlier submissions waits or runs. */
async function queued(folder: string, slurm: Slurm): Promise<LiveJob[]> {
  const record = await readRecord(folder);
  if (record === undefined || record.jobs.length === 0) return [];
  const { reports, problem } = await pollSlurm(folder, record.jobs, slurm, { fresh: true });
  if (problem !== undefined)
    throw new UserError(problem, 'What was submitted before must be known, so as not to run twice.');
  return liveJobs(record, reports);
}

async function workOf(
  { run, input }: Turn,
  { study, said }: OpenedForRuns,
  { shards = USUAL_SHARDS }: SlurmSettings,
  force: boolean,
): Promise<RunWork> {
  const { missingShards, shardsOf } = await import('../engine/shards/index');
  const left = { ...run, input };
  const missing = force ? undefined : await missingShards(left, shards, study);
  const stages = shardsOf(left, shards).map(({ stage, shards: all }): StageWork => {
    const these = missing === undefined ? all : (missing.find((one) => one.stage === stage)?.shards ?? []);
    return { stage, of: all.length, missing: these.map(({ index }) => index) };
  });
  const needs = [...new Set(run.needs.map((need) => need.run))];
  const memory = said.memory === undefined ? await budgetOf(input, study) : study.memory;
  return { run: run.id, label: run.label, out: run.out, needs, memory, stages };
}

/** From the existing estimate of the largest model that a run opens. */
async function budgetOf(input: Turn['input'], { executor, cacheFolder }: StudyJob): Promise<number> {
  const { estimateModel } = await import('../engine/job');
  const sizes = [0];
  for (const model of [input['model'] ?? []].flat()) {
    const request = { model: String(model), memory: Number.MAX_SAFE_INTEGER, executor, cacheFolder };
    const { resident, streaming } = await estimateModel(request);
    sizes.push(executor === 'streaming' ? streaming : resident);
  }
  return usualBudget(Math.max(...sizes));
}

/** What every script of a study needs: folders, the program and the flags that its jobs are given. */
export function surroundingsOf(
  { plan, study, said }: OpenedForRuns,
  options: StudyOptions,
  settings: SlurmSettings,
): Surroundings {
  const [first] = plan.runs;
  if (first === undefined) throw new UserError('The study has no analyses', 'Add one under analyses.');
  const results = dirname(first.out);
  const folder = clusterFolder(results);
  if (plan.runs.some(({ out }) => out === folder))
    throw new UserError('An analysis called slurm takes the place of the scripts', 'Give it another name.');
  const { seed, executor, provider, selfCheck, cacheFolder, workspace, file } = study;
  return {
    file,
    study: basename(results),
    workspace,
    folder,
    cacheFolder,
    program: [process.execPath, process.argv[1]!],
    variables: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' },
    flags: [
      ...['--seed', String(seed), '--executor', executor],
      ...(provider === undefined ? [] : ['--provider', provider]),
      ...(selfCheck === false ? ['--no-self-check'] : []),
      ...(options.results === undefined ? [] : ['--results', options.results]),
      ...(options.force === true ? ['--force'] : []),
    ],
    threads: said.threads === undefined ? USUAL_THREADS : study.threads,
    settings,
  };
}

/** What a person or the editor sets for all studies: a JSON object. @throws UserError where it is none */
function settingsOf(text: string | undefined): SlurmSettings {
  if (text === undefined || text.trim() === '') return {};
  const remedy = 'Write a JSON object such as {"partition":"cpu"}.';
  let map: unknown;
  try {
    map = JSON.parse(text);
  } catch {
    throw new UserError('BRAINLENS_SLURM is no JSON', remedy);
  }
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw new UserError('BRAINLENS_SLURM is no JSON object', remedy);
  const [mistake] = slurmMistakes(map as Record<string, unknown>);
  if (mistake !== undefined) throw new UserError(`BRAINLENS_SLURM: ${mistake}`, remedy);
  return slurmSettingsOf(map);
}

/** "encoding (smol): features 8 tasks (job 12), layers 8 tasks (job 13), reduce (job 14)" */
function lineOf({ id, label }: StudyRun, jobs: readonly SubmittedJob[], live: readonly LiveJob[]): string {
  const own = jobs.filter(({ run }) => run === id);
  if (own.length === 0) {
    const there = live.filter(({ run }) => run === id).map((job) => job.id);
    return `${label}: with Slurm already (${there.length > 1 ? 'jobs' : 'job'} ${there.join(', ')})`;
  }
  const parts = own.map(({ stage, shards, id: job }) =>
    stage === REDUCE ? `reduce (job ${job})` : `${stage} ${counted(shards.length, 'task')} (job ${job})`,
  );
  return `${label}: ${parts.join(', ')}`;
}

function summaryOf(jobs: readonly SubmittedJob[], folder: string, runs: number): string {
  if (jobs.length > 0) return `${counted(jobs.length, 'job')} submitted. Scripts and logs: ${folder}`;
  return runs === 0 ? 'Nothing to submit.' : 'Nothing new to submit: brainlens status tells how it goes.';
}

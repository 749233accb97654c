import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../shared/errors';
import { writeWhole } from './record';
import type { JobIdentity, Slurm } from './slurm';
import { stateOf } from './states';
import type { TaskReport } from './states';

/** Shortest time between two questions about one study, whoever asks. */
export const POLL_MS = 10_000;

const answerSchema = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  /** Ids of the jobs that it is about: of those that it does not report, Slurm knew nothing. */
  asked: z.array(z.string()).default([]),
  reports: z.array(
    z.object({
      job: z.string(),
      task: z.number().optional(),
      state: z.string(),
      reason: z.string(),
      seconds: z.number().optional(),
    }),
  ),
});
type Answer = z.infer<typeof answerSchema>;

/** What Slurm said last of a study's jobs. */
export interface Polled {
  readonly reports: readonly TaskReport[];
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Why Slurm could not be asked, where it could not. */
  readonly problem?: string;
}

const asking = new Map<string, Promise<Polled>>();

/** How Slurm is asked. */
export interface Asking {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Before something is submitted, the last answer is no answer. */
  readonly fresh?: boolean;
}

/**
 * What Slurm says of the jobs of a study. It is asked at most every ten seconds: the last answer lies in the study's folder,
 * so that editor and command line share it. Jobs that are over are not asked for again, and what was known of them stays
 * when Slurm has forgotten them; those submitted since then count as waiting.
 * @param folder of the study's scripts
 */
export function pollSlurm(
  folder: string,
  jobs: readonly JobIdentity[],
  slurm: Pick<Slurm, 'reports'>,
  how: Asking = {},
): Promise<Polled> {
  const under = asking.get(folder);
  if (under !== undefined && how.fresh !== true) return under;
  const answer = poll(folder, jobs, slurm, how).finally(() => {
    if (asking.get(folder) === answer) asking.delete(folder);
  });
  asking.set(folder, answer);
  return answer;
}

async function poll(
  folder: string,
  jobs: readonly JobIdentity[],
  slurm: Pick<Slurm, 'reports'>,
  { now = Date.now, fresh: anew = false }: Asking,
): Promise<Polled> {
  const path = join(folder, 'queue.json');
  const last = await lastAnswer(path);
  const ids = jobs.map(({ id }) => id);
  const known = last.reports.filter(({ job }) => ids.includes(job)) as TaskReport[];
  const sinceThen = waiting(ids, last);
  const age = now() - last.at;
  if (!anew && age >= 0 && age < POLL_MS) return { reports: [...known, ...sinceThen], at: last.at };
  const open = ids.filter((id) => !isOver(known.filter(({ job }) => job === id)));
  if (open.length === 0) return { reports: known, at: now() };
  try {
    const fresh = await slurm.reports(jobs.filter(({ id }) => open.includes(id)));
    // Slurm forgets the tasks of an array one by one: how they ended is not forgotten here.
    const told = new Set(fresh.map(taskOf));
    const kept = known.filter((one) => !told.has(taskOf(one)) && (isOver([one]) || !open.includes(one.job)));
    const reports = [...kept, ...fresh];
    const answer = { at: now(), asked: ids, reports };
    // A folder that cannot be written costs the next one a question.
    await writeWhole(path, `${JSON.stringify(answer)}\n`).catch(() => undefined);
    return { reports, at: answer.at };
  } catch (error) {
    return { reports: [...known, ...sinceThen], at: last.at, problem: messageOf(error) };
  }
}

async function lastAnswer(path: string): Promise<Answer> {
  try {
    return answerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return { at: 0, asked: [], reports: [] };
  }
}

function taskOf({ job, task }: TaskReport): string {
  return `${job} ${task ?? ''}`;
}

function isOver(reports: readonly TaskReport[]): boolean {
  return reports.length > 0 && reports.every(({ state }) => !['pending', 'running'].includes(stateOf(state)));
}

/** Jobs that were submitted after an answer. */
function waiting(ids: readonly string[], { asked, reports }: Answer): TaskReport[] {
  const told = new Set([...asked, ...reports.map(({ job }) => job)]);
  return ids.filter((id) => !told.has(id)).map((job) => ({ job, state: 'PENDING', reason: '' }));
}

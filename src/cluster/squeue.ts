import { z } from 'zod';
import { slurmNumber, slurmWord } from './json-forms';
import { numbersOf } from './shell';
import { secondsOf } from './states';
import type { NamedReport } from './states';

/** The columns that `parseSqueue` reads: id of the array, number in it, state, reason, time, user, name, one task a line. */
export const SQUEUE_FORMAT = '%F|%K|%T|%r|%M|%u|%j';

/**
 * What `squeue --noheader --array --format=SQUEUE_FORMAT` says. Lines of another form are left out; a set of tasks that is
 * cut off even here stands for all tasks of its job.
 */
export function parseSqueue(text: string): NamedReport[] {
  return text.split('\n').flatMap((line): NamedReport[] => {
    const [job = '', number = '', state = '', reason = '', time = '', user = '', ...name] = line.trim().split('|');
    if (!/^\d+$/.test(job) || state === '') return [];
    const seconds = secondsOf(time);
    const whose = { ...(user !== '' && { user }), ...(name.length > 0 && { name: name.join('|') }) };
    const rest = { job, state, reason: plain(reason), ...(seconds !== undefined && { seconds }), ...whose };
    const tasks = number.includes('...') ? [] : numbersOf(number);
    return tasks.length === 0 ? [rest] : tasks.map((task) => ({ ...rest, task }));
  });
}

const jobSchema = z.looseObject({
  job_id: slurmNumber,
  name: z.string().nullish(),
  user_name: z.string().nullish(),
  array_job_id: slurmNumber.optional(),
  array_task_id: slurmNumber.optional(),
  array_task_string: z.string().nullish(),
  job_state: slurmWord,
  state_reason: z.string().optional(),
  start_time: slurmNumber.optional(),
});
const queueSchema = z.looseObject({ jobs: z.array(z.unknown()) });

/**
 * What `squeue --json` says; the waiting tasks of an array stand in one entry there. Entries of another form are left out.
 * @param now seconds since 1970
 * @throws SyntaxError, ZodError for another document, TypeError where a set of tasks is cut off
 */
export function parseSqueueJson(text: string, now: number): NamedReport[] {
  return queueSchema.parse(JSON.parse(text)).jobs.flatMap((entry): NamedReport[] => {
    const job = jobSchema.safeParse(entry).data;
    if (job?.job_id === undefined) return [];
    const state = job.job_state;
    // Of a job without tasks the array's id is 0, in some versions its own.
    const id = String(job.array_job_id === undefined || job.array_job_id === 0 ? job.job_id : job.array_job_id);
    const started = job.start_time ?? 0;
    const seconds = state === 'RUNNING' && started > 0 ? Math.max(0, now - started) : undefined;
    const reason = plain(job.state_reason ?? '');
    const whose = { ...(job.name && { name: job.name }), ...(job.user_name && { user: job.user_name }) };
    const rest = { job: id, state, reason, ...(seconds !== undefined && { seconds }), ...whose };
    const tasks = numbersOf(job.array_task_string ?? '');
    if (tasks.length > 0) return tasks.map((task) => ({ ...rest, task }));
    return [job.array_task_id === undefined ? rest : { ...rest, task: job.array_task_id }];
  });
}

function plain(reason: string): string {
  return /^(None|\(null\)|N\/A)$/.test(reason) ? '' : reason;
}

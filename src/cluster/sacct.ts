import { z } from 'zod';
import { slurmNumber, slurmWord } from './json-forms';
import { numbersOf } from './shell';
import type { NamedReport } from './states';

/** The columns that `parseSacct` reads. */
export const SACCT_FORMAT = 'JobID,State,ElapsedRaw,Reason,User,JobName';

/**
 * What `sacct --noheader --parsable2 --allocations --format=SACCT_FORMAT` says. Lines of another form are left out; a set of
 * tasks that is cut off stands for all tasks of its job.
 */
export function parseSacct(text: string): NamedReport[] {
  return text.split('\n').flatMap((line): NamedReport[] => {
    const [id = '', state = '', elapsed = '', reason = '', user = '', ...name] = line.trim().split('|');
    const match = /^(\d+)(?:_(\d+|\[.*))?$/.exec(id);
    if (match === null || state === '') return [];
    const seconds = elapsed === '' ? NaN : Number(elapsed);
    const rest = {
      job: match[1]!,
      state: stateWord(state),
      reason: reason === 'None' ? '' : reason,
      ...(Number.isFinite(seconds) && { seconds }),
      ...(user !== '' && { user }),
      ...(name.length > 0 && { name: name.join('|') }),
    };
    const set = match[2] ?? '';
    const tasks = set.includes('...') ? [] : numbersOf(set);
    return tasks.length === 0 ? [rest] : tasks.map((task) => ({ ...rest, task }));
  });
}

const jobSchema = z.looseObject({
  job_id: z.number(),
  name: z.string().nullish(),
  user: z.string().nullish(),
  array: z
    .looseObject({ job_id: slurmNumber.optional(), task_id: slurmNumber.optional(), task: z.string().nullish() })
    .optional(),
  state: z.looseObject({ current: slurmWord, reason: z.string().nullish() }),
  time: z.looseObject({ elapsed: z.number().optional() }).optional(),
});
const accountingSchema = z.looseObject({ jobs: z.array(z.unknown()) });

/**
 * What `sacct --json` says. Entries of another form are left out.
 * @throws SyntaxError, ZodError for another document, TypeError where a set of tasks is cut off
 */
export function parseSacctJson(text: string): NamedReport[] {
  return accountingSchema.parse(JSON.parse(text)).jobs.flatMap((entry): NamedReport[] => {
    const job = jobSchema.safeParse(entry).data;
    if (job === undefined) return [];
    const { job_id: own, array, state, time } = job;
    const id = String(array?.job_id === undefined || array.job_id === 0 ? own : array.job_id);
    const rest = {
      job: id,
      state: stateWord(state.current),
      reason: state.reason === undefined || state.reason === null || state.reason === 'None' ? '' : state.reason,
      ...(time?.elapsed !== undefined && { seconds: time.elapsed }),
      ...(job.name && { name: job.name }),
      ...(job.user && { user: job.user }),
    };
    const tasks = numbersOf(array?.task ?? '');
    if (tasks.length > 0) return tasks.map((task) => ({ ...rest, task }));
    return [array?.task_id === undefined || array.job_id === 0 ? rest : { ...rest, task: array.task_id }];
  });
}

/** `CANCELLED by 1000` is CANCELLED. */
function stateWord(state: string): string {
  return state.split(/[ +]/)[0]!;
}

import { z } from 'zod';
import { slurmNumber, slurmWord } from './json-forms';
import { numbersOf } from './shell';
import type { TaskReport } from './states';

/** The columns that `parseSacct` reads. */
export const SACCT_FORMAT = 'JobID,State,ElapsedRaw,Reason';

/** What `sacct --noheader --parsable2 --allocations --format=SACCT_FORMAT` says. Lines of another form are left out. */
export function parseSacct(text: string): TaskReport[] {
  return text.split('\n').flatMap((line): TaskReport[] => {
    const [id = '', state = '', elapsed = '', reason = ''] = line.trim().split('|');
    const match = /^(\d+)(?:_(\d+|\[.*\]))?$/.exec(id);
    if (match === null || state === '') return [];
    const seconds = elapsed === '' ? NaN : Number(elapsed);
    const rest = {
      job: match[1]!,
      state: stateWord(state),
      reason: reason === 'None' ? '' : reason,
      ...(Number.isFinite(seconds) && { seconds }),
    };
    const tasks = numbersOf(match[2] ?? '');
    return tasks.length === 0 ? [rest] : tasks.map((task) => ({ ...rest, task }));
  });
}

const jobSchema = z.looseObject({
  job_id: z.number(),
  array: z
    .looseObject({ job_id: slurmNumber.optional(), task_id: slurmNumber.optional(), task: z.string().nullish() })
    .optional(),
  state: z.looseObject({ current: slurmWord, reason: z.string().nullish() }),
  time: z.looseObject({ elapsed: z.number().optional() }).optional(),
});
const accountingSchema = z.looseObject({ jobs: z.array(z.unknown()) });

/** What `sacct --json` says. Entries of another form are left out. @throws SyntaxError, ZodError for another document */
export function parseSacctJson(text: string): TaskReport[] {
  return accountingSchema.parse(JSON.parse(text)).jobs.flatMap((entry): TaskReport[] => {
    const job = jobSchema.safeParse(entry).data;
    if (job === undefined) return [];
    const { job_id: own, array, state, time } = job;
    const id = String(array?.job_id === undefined || array.job_id === 0 ? own : array.job_id);
    const rest = {
      job: id,
      state: stateWord(state.current),
      reason: state.reason === undefined || state.reason === null || state.reason === 'None' ? '' : state.reason,
      ...(time?.elapsed !== undefined && { seconds: time.elapsed }),
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

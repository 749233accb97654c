import { counted } from '../shared/words';
import { keyOf, REDUCE } from './jobs';
import type { ClusterJob, Surroundings } from './jobs';
import { askedMegabytes } from './memory';
import { oneLine, ranges } from './shell';
import type { Submission } from './submission';

/**
 * What would be submitted, as lines of comment that may stand before the scripts: jobs, tasks and what each asks for, where
 * scripts and logs would lie, and what would be cancelled.
 * @param submission with at least one job
 */
export function plannedText({ jobs, cancel }: Submission, around: Surroundings): string {
  const tasks = jobs.reduce((sum, { shards }) => sum + Math.max(1, shards.length), 0);
  return [
    `${counted(jobs.length, 'job')} of ${counted(tasks, 'task')} would be submitted. Nothing was written.`,
    ...jobs.map((job) => `  ${lineOf(job, around)}`),
    `Scripts and logs would lie in ${oneLine(around.folder)}`,
    ...(cancel.length > 0 ? [`Cancelled, for they wait for what is made anew: ${cancel.join(', ')}`] : []),
    '',
    'The scripts follow, each under its name.',
  ]
    .map((line) => `# ${line}`.trimEnd())
    .join('\n');
}

/** "lobes.firing: 4 tasks (1-3,7 of 8), each 4 cores, 5800 MB, 4:00:00; after lobes.features" */
function lineOf(job: ClusterJob, { threads, settings: { time, partition, arrayLimit } }: Surroundings): string {
  const { stage, shards, of, memory, after, afterIds } = job;
  const limit = arrayLimit === undefined ? '' : `, ${arrayLimit} at a time`;
  const what =
    stage === REDUCE || shards.length === 0
      ? '1 task,'
      : `${counted(shards.length, 'task')} (${ranges(shards)} of ${of}${limit}), each`;
  const asks = [
    counted(threads, 'core'),
    `${askedMegabytes(memory)} MB`,
    time === undefined ? "the partition's time" : time,
    ...(partition === undefined ? [] : [`partition ${partition}`]),
  ];
  const behind = [...after, ...afterIds.map((id) => `job ${id}`)];
  return `${keyOf(job)}: ${what} ${asks.join(', ')}${behind.length > 0 ? `; after ${behind.join(', ')}` : ''}`;
}

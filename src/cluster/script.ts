import { basename, join } from 'node:path';
import { shardsFolder } from '../engine/shards/marks';
import { jobNameOf, logNameOf, REDUCE, scriptNameOf } from './jobs';
import type { ClusterJob, Surroundings } from './jobs';
import { askedMegabytes } from './memory';
import { oneLine, quoted, ranges } from './shell';

/** Seconds before its time limit at which a task is told to keep what it has. */
export const NOTICE_SECONDS = 60;
/** How often a task that kept what it had goes back to the queue by itself. */
export const MOST_REQUEUES = 20;

/**
 * The script of a job, as `sbatch` takes it and a person reads it.
 *
 * Slurm tells the script alone with SIGUSR1 that its time is nearly over, or that it is preempted where it has a time of
 * grace; the script passes it on as SIGTERM, on which the task keeps what it has and ends with 130. The job then goes back
 * to the queue, so that what depends on it goes on waiting. A job that is cancelled, or preempted at once, gets SIGTERM
 * with all its processes and is no longer running: it stays cancelled, or Slurm queues it again itself.
 */
export function scriptOf(job: ClusterJob, around: Surroundings): string {
  const { settings, workspace, variables, cacheFolder } = around;
  const lines = settings.environment ?? [];
  return [
    '#!/bin/bash',
    ...titleOf(job, around),
    ...directivesOf(job, around).map((directive) => `#SBATCH ${directive}`),
    '',
    ...(lines.length === 0 ? [] : ['# From the study or the settings.', ...lines, '']),
    ...Object.entries({ ...variables, BRAINLENS_CACHE: cacheFolder }).map(
      ([name, value]) => `export ${name}=${quoted(value)}`,
    ),
    ...programOf(around),
    `cd -- ${quoted(workspace)} || exit 2`,
    '',
    `echo "$(date '+%F %T') $(hostname): ${job.stage}${job.shards.length > 0 ? ' $SLURM_ARRAY_TASK_ID' : ''}, job $SLURM_JOB_ID"`,
    ...(job.stage === REDUCE ? keepMarks(job, around) : []),
    `${commandOf(job, around)} &`,
    ENDING,
  ].join('\n');
}

function titleOf({ label, stage, of, memory, ...job }: ClusterJob, { file }: Surroundings): string[] {
  const what = stage === REDUCE ? `joins the shards of ${label}` : `${stage} of ${label}, in ${of} shards`;
  return [
    `# Brainlens: ${oneLine(what)}.`,
    `# Written by: brainlens run ${oneLine(quoted(basename(file)))} --engine slurm`,
    `# By hand, from this folder: sbatch ${scriptNameOf({ ...job, stage })}`,
    `# Memory: a budget of ${(memory / 1e9).toFixed(1)} GB for the analysis, 20 % and 1 GB more for its surroundings.`,
  ];
}

/** The marks of the shards go when the result is there: a copy of them tells later what a shard took. */
function keepMarks({ run, out }: ClusterJob, { folder }: Surroundings): string[] {
  const kept = shardsFolder(join(folder, run));
  return [`mkdir -p -- ${quoted(kept)} && cp -R -- ${quoted(`${shardsFolder(out)}/.`)} ${quoted(kept)} 2>/dev/null`];
}

/** Values stand without quotes: names are those of folders, settings were held against their schema. */
function directivesOf(job: ClusterJob, { study, threads, settings }: Surroundings): string[] {
  const { partition, account, time, arrayLimit } = settings;
  const { shards, memory } = job;
  const limit = arrayLimit === undefined ? '' : `%${arrayLimit}`;
  const array = shards.length > 0;
  return [
    `--job-name=${jobNameOf(job, study)}`,
    ...(array ? [`--array=${ranges(shards)}${limit}`] : []),
    `--output=${array ? logNameOf(job, '%a') : logNameOf(job)}`,
    '--open-mode=append',
    '--ntasks=1',
    `--cpus-per-task=${threads}`,
    `--mem=${askedMegabytes(memory)}M`,
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
    `--signal=B:USR1@${NOTICE_SECONDS}`,
    '--requeue',
    '--kill-on-invalid-dep=yes',
  ];
}

/** The Node that wrote the script, or that of the environment where the compute node has it elsewhere. */
function programOf({ program: [node, ...rest] }: Surroundings): string[] {
  return [
    `node=${quoted(node!)}`,
    'command -v "$node" >/dev/null || node=node',
    ...rest.map((file) => `program=${quoted(file)}`),
  ];
}

function commandOf({ run, stage, of, shards, memory }: ClusterJob, { file, threads, flags }: Surroundings): string {
  const what = stage === REDUCE ? ['--reduce'] : ['--stage', quoted(stage), '--shard', shardWord(shards, of)];
  const words = [...what, '--threads', String(threads), '--memory', String(memory), ...flags.map(quoted), '--quiet'];
  return `"$node" "$program" shard ${quoted(file)} ${quoted(run)} ${words.join(' ')}`;
}

function shardWord(shards: readonly number[], of: number): string {
  return shards.length > 0 ? `"$SLURM_ARRAY_TASK_ID/${of}"` : `1/${of}`;
}

const ENDING = `task=$!
trap 'told=1; kill -TERM "$task"' USR1  # time is nearly over, or preempted
trap 'told=1' TERM                      # cancelled: Slurm tells the task, too
while told=0; wait "$task"; code=$?; [ "$told" -eq 1 ]; do :; done

# It kept what it had: back to the queue, unless the job was cancelled.
if [ "$code" -eq 130 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${MOST_REQUEUES} ] &&
  scontrol show job "$SLURM_JOB_ID" | grep -q JobState=RUNNING; then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
`;

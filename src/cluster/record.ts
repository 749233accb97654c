import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../shared/errors';

const SCHEMA = 'brainlens/slurm@1';

const idSchema = z.string().regex(/^\d+$/);

const submittedSchema = z.object({
  /** Slurm's id; of an array the one that its tasks share. */
  id: idSchema,
  /** Of the job, with a word of chance: with the user it tells the job from another that has its id. */
  name: z.string().min(1),
  /** Who submitted it. */
  user: z.string().min(1),
  /** Name of the cluster; empty where it did not tell. */
  cluster: z.string(),
  /** Id of the run in the study's plan. */
  run: z.string(),
  stage: z.string(),
  /** Numbers of the shards; empty for a reduce. */
  shards: z.array(z.number().int()),
  /** Into how many the stage is cut; 0 for a reduce. */
  of: z.number().int(),
  /** Ids of the jobs that must have succeeded before it. */
  after: z.array(idSchema),
  /** ISO 8601. */
  submitted: z.string(),
});

const recordSchema = z.object({
  schema: z.literal(SCHEMA),
  /** The study file, absolute. */
  file: z.string(),
  /** Where the tasks run, absolute. */
  workspace: z.string(),
  /** Where this record was written, absolute: a copy elsewhere has no jobs. */
  folder: z.string(),
  /** In the order of the plan: those of the last submission, and others that still have jobs here. */
  runs: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      /** The result folder, absolute. */
      out: z.string(),
      /** The verb of its analysis. */
      verb: z.string(),
      /** In their order, without the reduce. */
      stages: z.array(z.object({ stage: z.string(), of: z.number().int() })),
    }),
  ),
  jobs: z.array(submittedSchema),
});

/** A job that was submitted. */
export type SubmittedJob = z.infer<typeof submittedSchema>;
/** A run of which something was submitted. */
export type SubmittedRun = ClusterRecord['runs'][number];
/** What was submitted of a study: `jobs.json` in its folder of scripts. */
export type ClusterRecord = z.infer<typeof recordSchema>;

/** The folder of scripts, logs and the record. @param results the study's folder of results */
export function clusterFolder(results: string): string {
  return join(results, 'slurm');
}

/**
 * What was submitted; `undefined` where nothing was. A copied record has no jobs: those of the original are not its own.
 * @throws UserError where the record is damaged
 */
export async function readRecord(folder: string): Promise<ClusterRecord | undefined> {
  const path = join(folder, 'jobs.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const record = recordSchema.parse(JSON.parse(text));
    return (await realPath(record.folder)) === (await realPath(folder)) ? record : { ...record, jobs: [] };
  } catch {
    const remedy = 'Move it away; squeue --me tells whether jobs of it still run.';
    throw new UserError(`${path} is no record of submitted jobs`, remedy);
  }
}

function realPath(folder: string): Promise<string> {
  return realpath(folder).catch(() => resolve(folder));
}

/** Writes the record under a temporary name and renames it. */
export async function writeRecord(folder: string, record: Omit<ClusterRecord, 'schema'>): Promise<void> {
  await writeWhole(join(folder, 'jobs.json'), `${JSON.stringify({ schema: SCHEMA, ...record }, undefined, 1)}\n`);
}

/** Writes a file that others never see in part. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * The record after one more job: earlier ones all of whose shards it makes are forgotten.
 * @param record before it
 */
export function withJob(record: ClusterRecord, job: SubmittedJob): ClusterRecord {
  const replaced = (other: SubmittedJob): boolean =>
    other.run === job.run && other.stage === job.stage && other.shards.every((shard) => job.shards.includes(shard));
  return { ...record, jobs: [...record.jobs.filter((other) => !replaced(other)), job] };
}

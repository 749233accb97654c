import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseSpec } from '../../shared/analysis';
import type { Stage } from '../../shared/analysis';
import type { StudyRun } from '../../study/plan';
import { canonical } from '../../study/state';
import { displayPath } from '../provenance';
import { mapPaths, pathFields } from '../spec-paths';
import { resultDigest, resultOf } from '../study/digest';
import type { Surroundings } from '../study/look';
import { readMark } from './marks';
import type { Shard } from './share';

const VERSION = typeof BRAINLENS_VERSION === 'string' ? BRAINLENS_VERSION : 'development';

/** What of a run is looked at: the run, or what is left of its input. */
export type ShardedRun = Pick<StudyRun, 'spec' | 'input' | 'out'>;

/** The shards of one stage; a stage begins when the one before it is over. */
export interface StageShards {
  readonly stage: string;
  readonly shards: readonly Shard[];
}

/**
 * The stages of a run under its settings, each in `count` shards (one where it cannot be divided); none: it is not sharded.
 * @throws UserError for settings that the analysis refuses
 */
export function shardsOf({ spec, input }: Pick<StudyRun, 'spec' | 'input'>, count: number): StageShards[] {
  const stages: readonly Stage[] = spec.stages?.(parseSpec(spec, { ...input })) ?? [];
  return stages.map(({ name: stage, single }) => {
    const many = single === true ? 1 : count;
    return { stage, shards: Array.from({ length: many }, (_, i) => ({ stage, index: i + 1, count: many })) };
  });
}

/**
 * Those of `shardsOf` that are still to be made: without a mark, with one of other inputs or settings, or whose pieces are
 * gone.
 * @returns only stages of which something is missing
 */
export async function missingShards(run: ShardedRun, count: number, around: Surroundings): Promise<StageShards[]> {
  const digest = await shardDigest(run, around);
  const stages: StageShards[] = [];
  for (const { stage, shards } of shardsOf(run, count)) {
    const missing: Shard[] = [];
    for (const shard of shards) {
      const mark = await readMark(run.out, shard);
      const made =
        mark?.digest === digest && (mark.folder === undefined || mark.pieces === 0 || existsSync(mark.folder));
      if (!made) missing.push(shard);
    }
    if (missing.length > 0) stages.push({ stage, shards: missing });
  }
  return stages;
}

/**
 * SHA-256 of what a run's shards are made from: version, settings, seed, cache folder, and of its inputs the digests of
 * results and names, sizes and times of all other files. It hashes no large file: it says what need not be made again, and
 * the pieces themselves go by content.
 */
export async function shardDigest({ spec, input }: ShardedRun, around: Surroundings): Promise<string> {
  const { seed, cacheFolder, workspace } = around;
  const parsed = mapPaths(spec, parseSpec(spec, { ...input }), (path) => displayPath(path, around));
  const files: Record<string, unknown> = {};
  for (const field of pathFields(spec, input)) {
    for (const path of [input[field] ?? []].flat().map((one) => resolve(workspace, String(one)))) {
      files[displayPath(path, around)] = await factsOf(path);
    }
  }
  const what = { version: VERSION, schema: `${spec.schema}@${spec.version}`, spec: parsed, seed, cacheFolder, files };
  return createHash('sha256').update(canonical(what)).digest('hex');
}

/** A result's digest, or name, size and time of every visible file behind a path. */
async function factsOf(path: string): Promise<unknown> {
  const result = await resultOf(path);
  if (result !== undefined) return resultDigest(result);
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isDirectory() !== true) return facts && [facts.size, facts.mtimeMs];
  const names = (await readdir(path, { recursive: true })).filter((name) => !/(^|[\\/])\./.test(name)).sort();
  const all: unknown[] = [];
  for (const name of names) {
    const own = await stat(join(path, name)).catch(() => undefined);
    if (own?.isDirectory() !== true) all.push([name, own?.size, own?.mtimeMs]);
  }
  return all;
}

import type { LocalShards } from '../engine/shards/local';
import type { StudyJob } from '../engine/study/run';
import { UserError } from '../shared/errors';
import { parseWhole } from './settings';
import type { CommonOptions } from './verbs';

/** Options of `brainlens run` that say how shards run, as they were typed. */
export interface LocalOptions extends CommonOptions {
  /** Into how many shards divisible work falls, and how many run at the same time. */
  readonly shards?: string;
  readonly atOnce?: string;
  readonly results?: string;
}

/** How `brainlens run --shards N` makes shards: by this program's own verb, threads and memory divided among them. */
export function localShards(path: string, options: LocalOptions, study: StudyJob): LocalShards | undefined {
  const typed = options.atOnce === undefined ? undefined : parseWhole('--at-once', options.atOnce, 1);
  if (options.shards === undefined) {
    if (typed === undefined) return undefined;
    throw new UserError('--at-once goes with --shards', 'Say into how many shards the work falls: --shards N.');
  }
  const shards = parseWhole('--shards', options.shards, 1);
  const { threads, memory, seed, executor, provider, selfCheck } = study;
  const atOnce = Math.min(shards, typed ?? threads);
  const settings = [
    ...['--seed', String(seed), '--executor', executor],
    ...['--threads', String(Math.max(1, Math.floor(threads / atOnce)))],
    ...['--memory', String(Math.floor(memory / atOnce))],
    ...(provider === undefined ? [] : ['--provider', provider]),
    ...(selfCheck === false ? ['--no-self-check'] : []),
    ...(options.results === undefined ? [] : ['--results', options.results]),
    '--quiet',
  ];
  return {
    shards,
    atOnce,
    command: ({ run }, { stage, index, count }) => ({
      file: process.execPath,
      args: [
        ...process.execArgv,
        ...[process.argv[1]!, 'shard', path, run.id, '--stage', stage, '--shard', `${index}/${count}`],
        ...settings,
      ],
    }),
  };
}

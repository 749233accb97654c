import type { ShardSaid, ShardStatus } from './status';

/** What shards that are done have measured: what a cost model needs. */
export interface Measured {
  readonly shards: number;
  /** What the work is counted in: tokens, layers. */
  readonly unit: string;
  /** Of one shard, in the mean. */
  readonly work: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Work in a second on one task. */
  readonly perSecond: number;
  /** Cores of one task, and the processors on which they ran. */
  readonly threads: number;
  readonly cpus: readonly string[];
}

/**
 * Means over the shards of a stage that made all of their pieces themselves: what others found was not measured.
 * @returns `undefined` where there is none
 */
export function measuredOf(said: readonly ShardSaid[]): Measured | undefined {
  const marks = said.flatMap(({ mark }) =>
    mark !== undefined && mark.pieces > 0 && mark.made === mark.pieces ? [mark] : [],
  );
  const [first] = marks;
  if (first === undefined) return undefined;
  const mean = (of: (mark: (typeof marks)[number]) => number): number =>
    marks.reduce((sum, mark) => sum + of(mark), 0) / marks.length;
  const [work, seconds, bytes] = [mean((mark) => mark.work), mean((mark) => mark.seconds), mean((mark) => mark.bytes)];
  return {
    ...{ shards: marks.length, unit: first.unit, work, seconds, bytes, threads: first.threads },
    perSecond: seconds > 0 ? work / seconds : 0,
    cpus: [...new Set(marks.map(({ cpu }) => cpu))],
  };
}

/** A shard's share is trusted for its pace from here on. */
const TOLD_SHARE = 0.05;

/**
 * Seconds until a stage is over, if as many shards run at a time as do now: what is left, at the pace of those that are
 * done, else of those that run.
 * @returns `undefined` where nothing runs, or nothing tells a pace
 */
export function leftOf(shards: readonly ShardStatus[], said: readonly ShardSaid[]): number | undefined {
  const running = shards.filter(({ standing }) => standing === 'running');
  if (running.length === 0) return undefined;
  const done = said.flatMap(({ mark }) => (mark !== undefined && mark.made > 0 ? [mark.seconds] : []));
  const paces = running.flatMap(({ share, seconds }) =>
    share >= TOLD_SHARE && seconds !== undefined ? [seconds / share] : [],
  );
  const told = done.length > 0 ? done : paces;
  if (told.length === 0) return undefined;
  const each = told.reduce((sum, seconds) => sum + seconds, 0) / told.length;
  const rest = (one: ShardStatus): number => {
    const elapsed = one.share === 0 ? Math.min(1, (one.seconds ?? 0) / each) : one.share;
    return each * (1 - elapsed);
  };
  const waiting = shards.filter(({ standing }) => standing === 'pending').length * each;
  const current = running.map(rest);
  const all = (waiting + current.reduce((sum, seconds) => sum + seconds, 0)) / running.length;
  return Math.max(all, ...current);
}

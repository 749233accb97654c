import { UserError } from '../shared/errors';
import type { Turn } from '../study/next';
import { turnOf } from '../study/next';
import type { StudyPlan } from '../study/plan';
import type { StudyJob } from '../engine/study/run';
import type { Shard } from '../engine/shards/share';
import { nearest } from '../shared/manifest';
import { interruptible } from './interrupt';
import { ProgressDisplay } from './progress';
import { openedStudy } from './study';
import type { StudyOptions } from './study';
import type { Streams } from './verbs';

/** Options of `brainlens shard` as they were typed. */
export interface ShardOptions extends StudyOptions {
  readonly stage?: string;
  readonly shard?: string;
  readonly reduce?: boolean;
}

/**
 * Makes one shard of one run of a study, or with `--reduce` the run itself from the pieces that its shards have made.
 * @param name of the run: `encoding`, or `encoding-smol` where there is one for each model
 * @throws UserError; Cancelled, with all pieces kept that were whole
 */
export async function runStudyShard(
  path: string,
  name: string,
  options: ShardOptions,
  { stdout, stderr }: Streams,
): Promise<void> {
  const { plan, study } = await openedStudy(path, options);
  const turn = await turnFor(plan, name);
  const shard = options.reduce === true ? undefined : await shardFrom(turn, options);
  const { makeRun, makeShard } = await import('../engine/study/run');
  const { discardPartial } = await import('../engine/store');
  if (shard === undefined) await requirePlace(turn, study, options.force === true);
  const display = new ProgressDisplay(stderr);
  endWithParent();
  const hooks = (signal: AbortSignal): Parameters<typeof makeRun>[2] => ({
    signal,
    onProgress(progress) {
      process.send?.(progress);
      if (options.quiet !== true) display.show(progress);
    },
  });
  const line = await interruptible(
    async (signal) => {
      if (shard === undefined) {
        const { summary, warnings } = await makeRun(turn, study, hooks(signal));
        display.clear();
        for (const warning of warnings) stderr.write(`Warning: ${turn.run.label}: ${warning}\n`);
        return `${turn.run.label}: ${summary}`;
      }
      const { pieces, made, seconds } = await makeShard(turn, study, shard, hooks(signal));
      const { stage, index, count } = shard;
      return `${turn.run.label}: shard ${index} of ${count} of ${stage}: ${pieces} pieces, ${made} made in ${seconds} s`;
    },
    () => discardPartial(turn.run.out, process.pid),
  ).finally(() => display.clear());
  stdout.write(`${line}\n`);
}

/** The run with what is left of its input, as the runs that it needs stand now. */
async function turnFor({ runs }: StudyPlan, name: string): Promise<Turn> {
  const run = runs.find(({ id }) => id === name);
  if (run === undefined) {
    const ids = runs.map(({ id }) => id);
    const meant = nearest(name, ids);
    throw new UserError(
      `The study has no run called ${name}`,
      meant === undefined ? `There are ${ids.join(', ')}.` : `Did you mean ${meant}?`,
    );
  }
  if (run.fault !== undefined) throw new UserError(run.fault);
  const { failureOf } = await import('../engine/study/failures');
  const { occupantOf } = await import('../engine/store');
  const lost = new Map<string, string>();
  for (const other of runs) {
    if (other.fault !== undefined || (await failureOf(other.out)) !== undefined) lost.set(other.id, 'failed');
    else if (occupantOf(other.out) !== 'result') lost.set(other.id, 'was not made');
  }
  const turn = turnOf(run, new Map(runs.map((one) => [one.id, one])), ({ id }) => lost.get(id));
  if ('skip' in turn) throw new UserError(`${run.label} cannot be made: ${turn.skip}`);
  return turn;
}

async function shardFrom(turn: Turn, { stage, shard: typed }: ShardOptions): Promise<Shard> {
  if (stage === undefined || typed === undefined)
    throw new UserError('--stage STAGE and --shard I/N are missing (or --reduce)', 'See brainlens shard --help.');
  const match = /^(\d+)\/(\d+)$/.exec(typed);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || index < 1 || index > count)
    throw new UserError(`--shard ${typed}: not a shard`, 'Write I/N, such as 3/8: the third of eight.');
  const { shardsOf } = await import('../engine/shards/plan');
  const names = shardsOf({ ...turn.run, input: turn.input }, count).map((one) => one.stage);
  if (names.includes(stage)) return { stage, index, count };
  throw new UserError(
    `--stage ${stage}: ${turn.run.label} has no stage of that name`,
    names.length === 0 ? 'It cannot be sharded: use --reduce.' : `It has ${names.join(', ')}.`,
  );
}

/** The place of the result may be of somebody else. */
async function requirePlace({ run, input }: Turn, study: StudyJob, force: boolean): Promise<void> {
  const { lookAt } = await import('../engine/study/look');
  const state = await lookAt(run, input, study);
  if (state.kind === 'blocked' && !force) throw new UserError(state.message);
}

/** A shard whose parent died would compute for nobody: it keeps what it has and ends. */
function endWithParent(): void {
  if (process.send === undefined) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel?.unref();
}

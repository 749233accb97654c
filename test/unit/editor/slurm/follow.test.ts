import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StudyStatus } from '../../../../src/cluster/gather';
import type { RunStatus, ShardStatus, Standing } from '../../../../src/cluster/status';
import { fakeVscode, FakePerson } from '../fake-vscode';

const person = new FakePerson();
vi.mock('vscode', () => fakeVscode(person));
const { ClusterRuns } = await import('../../../../src/editor/slurm/follow');
const { failureInWords, runInWords } = await import('../../../../src/editor/slurm/words');
const { readSlurmSettings } = await import('../../../../src/editor/slurm/settings');

const shard = (number: number, standing: Standing, more: Partial<ShardStatus> = {}): ShardStatus => ({
  ...{ shard: number, standing, share: standing === 'done' ? 1 : 0, ...more },
});

function run(standing: Standing, firing: readonly ShardStatus[], more: Partial<RunStatus> = {}): RunStatus {
  const over = firing.every((one) => one.standing === 'done');
  const share = firing.reduce((sum, one) => sum + one.share, 0) / firing.length;
  const stages = [
    { stage: 'firing', standing: over ? ('done' as const) : standing, shards: firing, share },
    {
      stage: 'reduce',
      standing: standing === 'done' ? standing : ('pending' as const),
      shards: [shard(0, standing === 'done' ? 'done' : standing === 'failed' ? 'failed' : 'pending')],
      share: 0,
    },
  ];
  return {
    id: 'lobes',
    label: 'lobes (smol)',
    verb: 'lobes',
    out: '/w/.brainlens/my/lobes',
    standing,
    share,
    stages,
    ...more,
  };
}

const study = (...runs: RunStatus[]): StudyStatus => ({ file: '/w/my.study.yaml', workspace: '/w', runs, asked: 0 });

describe('runs on the cluster in the results view', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function follower(...answers: (StudyStatus | Error | undefined)[]) {
    const told: string[] = [];
    const starts: { title: string; cancel(): void; again(): void }[] = [];
    let looks = 0;
    const runs = new ClusterRuns({
      jobs: {
        begin: (start) => {
          starts.push(start);
          told.push(`begin ${start.title}`);
          return {
            running: (message, share) => void told.push(`running ${Math.round((share ?? 0) * 100)} % ${message}`),
            end: (outcome) =>
              void told.push(`end ${outcome.kind}${outcome.kind === 'failed' ? ` ${outcome.message}` : ''}`),
          };
        },
      },
      read: () => {
        looks += 1;
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      cancel: (folder, id) => Promise.resolve(void told.push(`scancel ${folder} ${id}`)),
      again: (file) => void told.push(`again ${file}`),
      warn: (message) => void told.push(`warn ${message}`),
    });
    return { runs, told, starts, looks: () => looks };
  }

  it('are shown from waiting to done, and looked at every ten seconds until then', async () => {
    const { runs, told, looks } = follower(
      study(run('pending', [shard(1, 'pending'), shard(2, 'pending')])),
      study(run('running', [shard(1, 'done'), shard(2, 'running', { share: 0.5 })], { left: 65 })),
      study(run('done', [shard(1, 'done'), shard(2, 'done')])),
    );
    await runs.follow('/s');
    await vi.advanceTimersByTimeAsync(9_999);
    expect(looks()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(looks()).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks()).toBe(3);
    expect(told).toEqual([
      'begin lobes (smol) on Slurm',
      'running 75 % firing: 1 of 2 shards done, 1 running · 1 min 5 s left',
      'end done',
    ]);
  });

  it('that failed say which shard, why, and the last line of its log', async () => {
    const failed = shard(2, 'failed', { why: 'its node failed', log: ['Loading', 'the last line'] });
    const { runs, told } = follower(
      study(run('running', [shard(1, 'running')])),
      study(run('failed', [shard(1, 'done'), failed])),
    );
    await runs.follow('/s');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told.at(-1)).toBe('end failed firing, shard 2 of 2: its node failed · the last line');
  });

  it('are cancelled and submitted again from there', async () => {
    const { runs, told, starts } = follower(study(run('running', [shard(1, 'running')])));
    await runs.follow('/s');
    starts[0]!.cancel();
    starts[0]!.again();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toContain('scancel /s lobes');
    expect(told).toContain('again /w/my.study.yaml');
    runs.dispose();
  });

  it('that are over when the window opens are not shown, and not looked at again', async () => {
    const { runs, told, looks } = follower(study(run('failed', [shard(1, 'failed')])));
    await runs.follow('/s');
    await vi.advanceTimersByTimeAsync(60_000);
    expect([told, looks()]).toEqual([[], 1]);
  });

  it('go on being looked at where a look fails', async () => {
    const { runs, told, looks } = follower(new Error('no such host'), study(run('running', [shard(1, 'running')])));
    await runs.follow('/s');
    await vi.advanceTimersByTimeAsync(10_000);
    expect([told[0], looks()]).toEqual(['warn no such host', 2]);
    runs.dispose();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks()).toBe(2);
  });
});

describe('a run on the cluster in words', () => {
  it('tells why it waits', () => {
    expect(runInWords(run('pending', [shard(1, 'pending', { why: 'no node is free' }), shard(2, 'pending')]))).toBe(
      'firing: 0 of 2 shards done, no node is free',
    );
    expect(runInWords(run('pending', [shard(1, 'done')]))).toBe('reduce');
  });

  it('names the reduce where that failed', () => {
    const failed = run('failed', [shard(1, 'done')]);
    expect(failureInWords(failed)).toBe('reduce: ');
  });
});

describe('the settings brainlens.slurm', () => {
  afterEach(() => void (person.settings = {}));

  it('leave out what is not set', () => {
    person.settings = { partition: '', account: 'lab', time: '', arrayLimit: 0, shards: 8, environment: [] };
    expect(readSlurmSettings()).toEqual({ account: 'lab', shards: 8, environment: [] });
  });

  it('are refused where Slurm could not read them', () => {
    person.settings = { partition: 'cpu --wrap=reboot' };
    expect(readSlurmSettings).toThrow('The settings brainlens.slurm: partition is "cpu --wrap=reboot": write the name');
  });
});

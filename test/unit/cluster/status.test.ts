import { describe, expect, it } from 'vitest';
import { statusText } from '../../../src/cli/status-table';
import { leftOf } from '../../../src/cluster/pace';
import type { ClusterRecord } from '../../../src/cluster/record';
import { withJob } from '../../../src/cluster/record';
import { statusOf } from '../../../src/cluster/status';
import type { RunFiles, ShardSaid } from '../../../src/cluster/status';
import type { TaskReport } from '../../../src/cluster/states';

const SUBMITTED = '2026-11-23T10:00:00.000Z';
const LATER = '2026-11-23T10:05:00.000Z';
const LONG_AGO = '2026-11-20T10:00:00.000Z';

const whose = { name: 'my.1f', user: 'ada', cluster: 'lab' };

/** Lobes in four shards (job 10) and its reduce (11); a run that takes its result (12). */
const record: ClusterRecord = {
  ...{ schema: 'brainlens/slurm@1', file: '/w/my.study.yaml', workspace: '/w', folder: '/w/.brainlens/my/slurm' },
  runs: [
    {
      id: 'lobes',
      label: 'lobes (smol)',
      out: '/w/.brainlens/my/lobes',
      verb: 'lobes',
      stages: [{ stage: 'firing', of: 4 }],
    },
    { id: 'maps', label: 'maps', out: '/w/.brainlens/my/maps', verb: 'compare', stages: [] },
  ],
  jobs: [
    { ...whose, id: '10', run: 'lobes', stage: 'firing', shards: [1, 2, 3, 4], of: 4, after: [], submitted: SUBMITTED },
    { ...whose, id: '11', run: 'lobes', stage: 'reduce', shards: [], of: 0, after: ['10'], submitted: SUBMITTED },
    { ...whose, id: '12', run: 'maps', stage: 'reduce', shards: [], of: 0, after: ['11'], submitted: SUBMITTED },
  ],
};

function said(index: number, at = LATER, seconds = 100): ShardSaid {
  const mark = { seconds, work: 5000, unit: 'tokens', bytes: 2e6, pieces: 2, made: 2, cpu: 'Xeon', threads: 2, at };
  return { stage: 'firing', index, count: 4, mark };
}

const report = (job: string, state: string, task?: number, more: Partial<TaskReport> = {}): TaskReport => ({
  ...{ job, state, reason: '', ...more },
  ...(task !== undefined && { task }),
});

const waiting = [
  report('11', 'PENDING', undefined, { reason: 'Dependency' }),
  report('12', 'PENDING', undefined, { reason: 'Dependency' }),
];

function standing(reports: TaskReport[], files: Record<string, RunFiles> = {}) {
  const runs = statusOf(record, reports, new Map(Object.entries(files)));
  const shards = runs[0]!.stages[0]!.shards;
  return {
    runs,
    shards,
    told: shards.map((one) => one.standing).join(' '),
    reduce: runs[0]!.stages[1]!.shards[0]!,
    maps: runs[1]!,
  };
}

describe('how a study stands on the cluster', () => {
  it('shows what is done, runs and waits, with shares and the time that is left', () => {
    const progress = { done: 1, total: 4, unit: 'tokens', phase: 'Reading' };
    const { runs, told, shards, reduce } = standing(
      [
        ...[report('10', 'COMPLETED', 1), report('10', 'RUNNING', 2, { seconds: 30 })],
        ...[
          report('10', 'RUNNING', 3, { seconds: 2 }),
          report('10', 'PENDING', 4, { reason: 'Resources' }),
          ...waiting,
        ],
      ],
      { lobes: { shards: [said(1), { stage: 'firing', index: 2, count: 4, progress }] } },
    );
    expect(told).toBe('done running running pending');
    expect(shards[1]).toEqual({ shard: 2, standing: 'running', share: 0.25, job: '10_2', seconds: 30 });
    expect(shards[3]!.why).toBe('no node is free');
    expect(reduce).toMatchObject({ standing: 'pending', why: 'waits for what it needs' });
    // 75 s of shard 2, 98 of shard 3 and 100 of shard 4, two at a time.
    expect(runs[0]!.left).toBeCloseTo((75 + 98 + 100) / 2, 6);
    expect(runs[0]!.stages[0]!.measured).toEqual({
      ...{ shards: 1, unit: 'tokens', work: 5000, seconds: 100, bytes: 2e6, perSecond: 50, threads: 2, cpus: ['Xeon'] },
    });
    expect(runs[0]!.standing).toBe('running');
  });

  it('tells of failed shards why they failed, by their own word before that of Slurm', () => {
    const { told, shards } = standing(
      [
        report('10', 'FAILED', 1),
        report('10', 'OUT_OF_MEMORY', 2),
        report('10', 'FAILED', 3),
        report('10', 'TIMEOUT', 4),
      ],
      { lobes: { shards: [{ stage: 'firing', index: 1, count: 4, failure: 'the disk is full' }] } },
    );
    expect(told).toBe('failed failed failed failed');
    expect(shards.map(({ why }) => why)).toEqual([
      'the disk is full',
      'it took more memory than it asked for: raise memory in the settings of the study',
      'it ended without a word of its own',
      'it ran into its time limit: raise time, or cut the work into more shards',
    ]);
  });

  it('says what never started, and for what, through all that wait for one another', () => {
    const ended = [1, 2, 4].map((task) => report('10', 'COMPLETED', task));
    const { reduce, maps } = standing(
      [
        ...ended,
        report('10', 'NODE_FAIL', 3),
        report('11', 'CANCELLED'),
        report('12', 'PENDING', undefined, { reason: 'DependencyNeverSatisfied' }),
      ],
      {
        lobes: { shards: [1, 2, 4].map((index) => said(index)) },
      },
    );
    expect(reduce).toMatchObject({ standing: 'failed', why: 'it never started, for firing 3 of lobes (smol) failed' });
    expect(maps.stages[0]!.shards[0]).toMatchObject({ why: 'it never started, for reduce of lobes (smol) failed' });
  });

  it('tells a cancelled task from a failed one', () => {
    const { told, reduce } = standing(
      [
        report('10', 'COMPLETED', 1),
        ...[2, 3, 4].map((task) => report('10', 'CANCELLED', task)),
        report('11', 'CANCELLED'),
      ],
      {
        lobes: { shards: [said(1)] },
      },
    );
    expect(told).toBe('done cancelled cancelled cancelled');
    expect(reduce.why).toBe('it never started, for firing 2, 3, 4 of lobes (smol) were cancelled');
  });

  it('goes by the marks where Slurm has forgotten: those since the submission', () => {
    const failed = { stage: 'firing', index: 3, count: 4, failure: 'no room' };
    const { told, shards } = standing([], { lobes: { shards: [said(1), said(2, LONG_AGO), failed] } });
    expect(told).toBe('done failed failed failed');
    expect(shards.map(({ why }) => why)).toEqual([
      ...[undefined, 'it is over and left nothing: Slurm knows nothing of it any more', 'no room'],
      'it is over and left nothing: Slurm knows nothing of it any more',
    ]);
  });

  it('is done with the result, whose making removes the marks; an older result does not count', () => {
    const now = standing([], { lobes: { shards: [], made: Date.parse(LATER) } });
    expect([now.told, now.runs[0]!.standing, now.runs[0]!.share]).toEqual(['done done done done', 'done', 1]);
    const before = standing([report('10', 'PENDING'), ...waiting], {
      lobes: { shards: [], made: Date.parse(LONG_AGO) },
    });
    expect([before.told, before.runs[0]!.standing]).toEqual(['pending pending pending pending', 'pending']);
  });

  it('a reduce that failed says why', () => {
    const failure = { message: 'the model is damaged', at: Date.parse(LATER) };
    const { reduce } = standing([report('11', 'FAILED')], {
      lobes: { shards: [1, 2, 3, 4].map((i) => said(i)), failure },
    });
    expect(reduce).toMatchObject({ standing: 'failed', why: 'the model is damaged' });
  });

  it('counts a shard that is waiting again as that, whatever an older try left', () => {
    const again = withJob(record, { ...record.jobs[0]!, id: '20', shards: [3], submitted: LATER });
    expect(again.jobs.map(({ id }) => id)).toEqual(['10', '11', '12', '20']);
    const files = new Map([['lobes', { shards: [{ stage: 'firing', index: 3, count: 4, failure: 'no room' }] }]]);
    const [lobes] = statusOf(again, [report('10', 'FAILED'), report('20', 'PENDING', 3)], files);
    expect(lobes!.stages[0]!.shards[2]).toMatchObject({ standing: 'pending', job: '20_3' });
  });

  it('forgets a submission all of whose shards were submitted again', () => {
    const again = withJob(record, { ...record.jobs[0]!, id: '20', submitted: LATER });
    expect(again.jobs.map(({ id }) => id)).toEqual(['11', '12', '20']);
  });
});

describe('the time that is left', () => {
  it('cannot be told while nothing runs, nor without a pace', () => {
    const pending = { shard: 1, standing: 'pending' as const, share: 0 };
    expect(leftOf([pending], [said(2)])).toBeUndefined();
    expect(leftOf([{ shard: 1, standing: 'running', share: 0.01, seconds: 1 }], [])).toBeUndefined();
  });

  it('goes by shards that run, where none is done: never less than the slowest of them', () => {
    const shards = [
      { shard: 1, standing: 'running' as const, share: 0.5, seconds: 50 },
      { shard: 2, standing: 'running' as const, share: 0.1, seconds: 10 },
    ];
    expect(leftOf(shards, [])).toBeCloseTo(90, 6);
  });
});

describe('the table of a study', () => {
  it('has a line for each stage, then failures with their log and the remedy, then what was measured', () => {
    const { runs } = standing(
      [
        report('10', 'COMPLETED', 1),
        report('10', 'COMPLETED', 2),
        report('10', 'FAILED', 3),
        report('10', 'RUNNING', 4, { seconds: 50 }),
        ...waiting,
      ],
      {
        lobes: { shards: [said(1), said(2)] },
      },
    );
    const [lobes, maps] = runs;
    const [firing, reduce] = lobes!.stages;
    const shards = firing!.shards.map((shard) =>
      shard.standing === 'failed' ? { ...shard, log: ['Loading', 'Killed'] } : shard,
    );
    const shown = [{ ...lobes!, stages: [{ ...firing!, shards }, reduce!] }, maps!];
    expect(statusText({ file: '/w/my.study.yaml', workspace: '/w', runs: shown, asked: 0 })).toBe(
      `my.study.yaml: 2 runs: 1 running, 1 pending
run           stage   shards                            done  left
lobes (smol)  firing  2 done, 1 running, 1 failed       50 %  50 s
              reduce  pending: waits for what it needs  0 %
maps          reduce  pending: waits for what it needs  0 %

lobes (smol), firing 3 of 4 (job 10_3): it ended without a word of its own
    Loading
    Killed
To submit again what is missing: brainlens run my.study.yaml --engine slurm

Measured, firing of lobes (smol): 50 tokens/s on 2 cores; 5,000 tokens, 1 min 40 s and 2.0 MB a shard (2 shards; Xeon)
`,
    );
  });
});

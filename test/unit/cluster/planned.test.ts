import { expect, it } from 'vitest';
import type { ClusterJob, Surroundings } from '../../../src/cluster/jobs';
import { plannedText } from '../../../src/cluster/planned';
import { scriptOf } from '../../../src/cluster/script';

const firing: ClusterJob = {
  ...{ run: 'lobes-smol', label: 'lobes (smol)', out: '/w/.brainlens/my/lobes-smol', stage: 'firing' },
  ...{ shards: [1, 2, 3, 7], of: 8, after: [], afterIds: ['12'], memory: 4e9 },
};
const reduce: ClusterJob = {
  ...firing,
  stage: 'reduce',
  shards: [],
  of: 0,
  after: ['lobes-smol.firing'],
  afterIds: [],
};
const around: Surroundings = {
  ...{ file: '/w/my.study.yaml', study: 'my', workspace: '/w', folder: '/w/.brainlens/my/slurm', cacheFolder: '/c' },
  ...{ program: ['node', '/cli.js'], variables: {}, flags: [], threads: 4 },
  settings: { time: '4:00:00', partition: 'cpu', arrayLimit: 2 },
};

it('a dry run tells jobs, tasks, what each asks for and the place of the scripts, as comment', () => {
  const lines = plannedText({ jobs: [firing, reduce], cancel: [] }, around).split('\n');
  const mem = /--mem=(\d+)M/.exec(scriptOf(firing, around))![1]!;
  expect(lines).toEqual([
    '# 2 jobs of 5 tasks would be submitted. Nothing was written.',
    `#   lobes-smol.firing: 4 tasks (1-3,7 of 8, 2 at a time), each 4 cores, ${mem} MB, 4:00:00, partition cpu; after job 12`,
    `#   lobes-smol.reduce: 1 task, 4 cores, ${mem} MB, 4:00:00, partition cpu; after lobes-smol.firing`,
    '# Scripts and logs would lie in /w/.brainlens/my/slurm',
    '#',
    '# The scripts follow, each under its name.',
  ]);
});

it('a dry run names what would be cancelled, and leaves the time to the partition where nobody says', () => {
  const text = plannedText({ jobs: [reduce], cancel: ['12', '13'] }, { ...around, settings: {} });
  expect(text).toMatch(/^# 1 job of 1 task would be submitted/);
  expect(text).toContain("MB, the partition's time; after");
  expect(text).toMatch(/^# Cancelled, for they wait for what is made anew: 12, 13$/m);
});

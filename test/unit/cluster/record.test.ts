import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cancelStudy } from '../../../src/cluster/gather';
import type { ClusterJob, Surroundings } from '../../../src/cluster/jobs';
import { readRecord } from '../../../src/cluster/record';
import type { JobIdentity } from '../../../src/cluster/slurm';
import { submitJobs } from '../../../src/cluster/submit';

let home: string;
let around: Surroundings;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'brainlens-record-'));
  const folder = join(home, 'results/my/slurm');
  mkdirSync(folder, { recursive: true });
  around = {
    ...{ file: join(home, 'my.study.yaml'), study: 'my', workspace: home, folder, cacheFolder: join(home, 'cache') },
    ...{ program: ['node', 'cli.js'], variables: {}, flags: [], threads: 1, settings: {} },
  };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const job: ClusterJob = {
  ...{ run: 'lobes', label: 'lobes', out: '/r/lobes', stage: 'firing', shards: [1, 2], of: 2 },
  ...{ after: [], afterIds: [], memory: 1e9 },
};

/** A Slurm that has every job in its queue, and remembers what it was told to end. */
function queue() {
  const ended: string[] = [];
  let last = 16;
  return {
    ended,
    cluster: () => Promise.resolve('lab'),
    submit: () => Promise.resolve(String((last += 1))),
    reports: (jobs: readonly JobIdentity[]) =>
      Promise.resolve(jobs.map(({ id }) => ({ job: id, state: 'RUNNING', reason: '' }))),
    cancel: (jobs: readonly JobIdentity[]) => {
      ended.push(...jobs.map(({ id }) => id));
      return Promise.resolve(jobs.map(({ id }) => id));
    },
  };
}

const runs = [{ id: 'lobes', label: 'lobes', out: '/r/lobes', verb: 'lobes', stages: [{ stage: 'firing', of: 2 }] }];

describe('the record of what was submitted', () => {
  it('holds cluster, user, and a name with a word of chance for each job', async () => {
    await submitJobs(
      { cancel: [], jobs: [job, { ...job, stage: 'reduce', shards: [], of: 0 }] },
      runs,
      around,
      queue(),
    );
    const { jobs } = (await readRecord(around.folder))!;
    expect(jobs.map(({ id, cluster }) => `${id} ${cluster}`)).toEqual(['17 lab', '18 lab']);
    expect(jobs[0]!.name).toMatch(/^my\.lobes\.firing\.[0-9a-f]{12}$/);
    expect(jobs[1]!.name.split('.').at(-1)).not.toBe(jobs[0]!.name.split('.').at(-1));
    expect(jobs[0]!.user).not.toBe('');
  });

  it('says which jobs of an earlier submission were cancelled', async () => {
    const here = queue();
    await submitJobs({ cancel: [], jobs: [job] }, runs, around, here);
    const { cancelled } = await submitJobs({ cancel: ['17', '99'], jobs: [job] }, runs, around, here);
    expect(cancelled.map(({ id }) => id)).toEqual(['17']);
    // 99 is in no record: it is nobody of ours.
    expect(here.ended).toEqual(['17']);
  });

  it('that was copied with its folder has no jobs to show or to cancel', async () => {
    const here = queue();
    await submitJobs({ cancel: [], jobs: [job] }, runs, around, here);
    const copy = join(home, 'copy/my/slurm');
    cpSync(around.folder, copy, { recursive: true });
    expect(await cancelStudy(copy, undefined, here)).toEqual([]);
    expect(here.ended).toEqual([]);
    expect((await cancelStudy(around.folder, undefined, here)).map(({ id }) => id)).toEqual(['17']);
  });

  it.each(['--me', '1,2', '12_3', ''])('with a job called %j is refused by name', async (id) => {
    await submitJobs({ cancel: [], jobs: [job] }, runs, around, queue());
    const path = join(around.folder, 'jobs.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"17"', JSON.stringify(id)));
    const here = queue();
    await expect(cancelStudy(around.folder, undefined, here)).rejects.toThrow(`${path} is no record of submitted jobs`);
    expect(here.ended).toEqual([]);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { POLL_MS, pollSlurm } from '../../../src/cluster/poll';
import type { JobIdentity } from '../../../src/cluster/slurm';
import type { TaskReport } from '../../../src/cluster/states';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'brainlens-poll-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function slurm(...answers: (TaskReport[] | Error)[]) {
  const asked: string[][] = [];
  return {
    asked,
    reports: (jobs: readonly JobIdentity[]): Promise<TaskReport[]> => {
      asked.push(jobs.map(({ id }) => id));
      const answer = answers.shift() ?? [];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
}

const named = (...ids: string[]): JobIdentity[] => ids.map((id) => ({ id, name: `my.${id}`, user: 'ada' }));

const task = (job: string, state: string, number?: number): TaskReport => ({
  ...{ job, state, reason: '' },
  ...(number !== undefined && { task: number }),
});

describe('asking Slurm for a study', () => {
  it('is done at most every ten seconds, whoever asks', async () => {
    const here = slurm([task('1', 'RUNNING')], [task('1', 'RUNNING')]);
    for (const now of [1e6, 1e6 + 1, 1e6 + POLL_MS - 1]) {
      expect((await pollSlurm(folder, named('1'), here, { now: () => now })).at).toBe(1e6);
    }
    expect(here.asked).toHaveLength(1);
    await pollSlurm(folder, named('1'), here, { now: () => 1e6 + POLL_MS });
    expect(here.asked).toHaveLength(2);
  });

  it('is done once for callers at the same time', async () => {
    const here = slurm([task('1', 'RUNNING')]);
    const both = await Promise.all([pollSlurm(folder, named('1'), here), pollSlurm(folder, named('1'), here)]);
    expect(both[0]).toBe(both[1]);
    expect(here.asked).toHaveLength(1);
  });

  it('counts what was submitted since as waiting', async () => {
    const here = slurm([task('1', 'RUNNING')]);
    await pollSlurm(folder, named('1'), here, { now: () => 1e6 });
    const { reports } = await pollSlurm(folder, named('1', '2'), here, { now: () => 1e6 + 5 });
    expect(reports.map(({ job, state }) => `${job} ${state}`)).toEqual(['1 RUNNING', '2 PENDING']);
  });

  it('says the same three times in a row of a job that Slurm has forgotten: it is not waiting', async () => {
    const here = slurm([task('1', 'FAILED')]);
    const said = [];
    for (const now of [1e6, 1e6 + 5, 1e6 + POLL_MS - 1])
      said.push((await pollSlurm(folder, named('1', '2'), here, { now: () => now })).reports);
    expect(said).toEqual([[task('1', 'FAILED')], [task('1', 'FAILED')], [task('1', 'FAILED')]]);
    expect(here.asked).toEqual([['1', '2']]);
  });

  it('counts what was submitted since as waiting where Slurm cannot be asked, too', async () => {
    const here = slurm([task('1', 'RUNNING')], new Error('the controller is down'));
    await pollSlurm(folder, named('1', '2'), here, { now: () => 1e6 });
    const { reports } = await pollSlurm(folder, named('1', '2', '3'), here, { now: () => 2e6 });
    expect(reports.map(({ job, state }) => `${job} ${state}`)).toEqual(['1 RUNNING', '3 PENDING']);
  });

  it('does not ask again for what is over, nor forget it when Slurm does, task by task', async () => {
    const here = slurm(
      [task('1', 'COMPLETED'), task('2', 'FAILED', 1), task('2', 'RUNNING', 2), task('2', 'RUNNING', 3)],
      [task('2', 'COMPLETED', 2)],
    );
    await pollSlurm(folder, named('1', '2'), here, { now: () => 1e6 });
    const { reports } = await pollSlurm(folder, named('1', '2'), here, { now: () => 2e6 });
    expect(here.asked[1]).toEqual(['2']);
    expect(reports.map(({ job, task: number, state }) => `${job}_${number ?? ''} ${state}`)).toEqual([
      '1_ COMPLETED',
      '2_1 FAILED',
      '2_2 COMPLETED',
    ]);
    // All is over: Slurm is left alone.
    await pollSlurm(folder, named('1', '2'), here, { now: () => 3e6 });
    expect(here.asked).toHaveLength(2);
  });

  it('asks anew before something is submitted', async () => {
    const here = slurm([task('1', 'RUNNING')], [task('1', 'FAILED')]);
    await pollSlurm(folder, named('1'), here, { now: () => 1e6 });
    const { reports } = await pollSlurm(folder, named('1'), here, { now: () => 1e6 + 1, fresh: true });
    expect(reports[0]!.state).toBe('FAILED');
  });

  it('keeps the last answer where Slurm does not answer, and says so', async () => {
    const here = slurm([task('1', 'RUNNING')], new Error('the controller is down'));
    await pollSlurm(folder, named('1'), here, { now: () => 1e6 });
    const late = await pollSlurm(folder, named('1'), here, { now: () => 2e6 });
    expect(late).toEqual({ reports: [task('1', 'RUNNING')], at: 1e6, problem: 'the controller is down' });
  });
});

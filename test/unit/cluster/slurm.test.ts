import { describe, expect, it } from 'vitest';
import { parseSacct, parseSacctJson } from '../../../src/cluster/sacct';
import { numbersOf, ranges } from '../../../src/cluster/shell';
import { ACCOUNTS_AGAIN_MS, askProgram, Slurm } from '../../../src/cluster/slurm';
import type { JobIdentity, Said } from '../../../src/cluster/slurm';
import { liveJobs } from '../../../src/cluster/submit';
import { parseSqueue, parseSqueueJson } from '../../../src/cluster/squeue';
import { endInWords, secondsOf, stateOf, waitInWords } from '../../../src/cluster/states';

/** What Slurm 22.05 said (`-o '%F|%K|%T|%r|%M'`), but for the last line. */
const TEXT = `1|N/A|CANCELLED|None|0:02
2|1|RUNNING|None|1-02:03:04
2|2|PENDING|JobArrayTaskLimit|0:00
2|4|OUT_OF_MEMORY|OutOfMemory|1:10
3|N/A|PENDING|DependencyNeverSatisfied|0:00
slurm_load_jobs error: something
`;

describe('what squeue says', () => {
  it('is read task by task from text', () => {
    expect(parseSqueue(TEXT)).toEqual([
      { job: '1', state: 'CANCELLED', reason: '', seconds: 2 },
      { job: '2', task: 1, state: 'RUNNING', reason: '', seconds: 93_784 },
      { job: '2', task: 2, state: 'PENDING', reason: 'JobArrayTaskLimit', seconds: 0 },
      { job: '2', task: 4, state: 'OUT_OF_MEMORY', reason: 'OutOfMemory', seconds: 70 },
      { job: '3', state: 'PENDING', reason: 'DependencyNeverSatisfied', seconds: 0 },
    ]);
  });

  it('is read from JSON of 22.05, where numbers are bare and ended arrays have none', () => {
    const jobs = [
      {
        job_id: 1,
        array_job_id: 0,
        array_task_id: null,
        array_task_string: '',
        job_state: 'CANCELLED',
        state_reason: 'None',
        start_time: 5,
      },
      {
        job_id: 9,
        array_job_id: 2,
        array_task_id: 1,
        array_task_string: '',
        job_state: 'RUNNING',
        state_reason: 'None',
        start_time: 1000,
      },
      {
        job_id: 2,
        array_job_id: 2,
        array_task_id: null,
        array_task_string: '2-4,7%2',
        job_state: 'PENDING',
        state_reason: 'Resources',
        start_time: 0,
      },
      { broken: true },
    ];
    expect(parseSqueueJson(JSON.stringify({ meta: {}, errors: [], jobs }), 1060)).toEqual([
      { job: '1', state: 'CANCELLED', reason: '' },
      { job: '2', task: 1, state: 'RUNNING', reason: '', seconds: 60 },
      ...[2, 3, 4, 7].map((task) => ({ job: '2', task, state: 'PENDING', reason: 'Resources' })),
    ]);
  });

  it('is read from JSON of later versions, where numbers may be unset and states are lists', () => {
    const set = (number: number) => ({ set: true, infinite: false, number });
    const unset = { set: false, infinite: false, number: 0 };
    const jobs = [
      {
        job_id: 12,
        array_job_id: set(10),
        array_task_id: set(3),
        array_task_string: '',
        job_state: ['RUNNING'],
        state_reason: 'None',
        start_time: set(940),
      },
      {
        job_id: 10,
        array_job_id: set(10),
        array_task_id: unset,
        array_task_string: '5-6',
        job_state: ['PENDING', 'REQUEUED'],
        state_reason: 'Priority',
        start_time: unset,
      },
      {
        job_id: 11,
        array_job_id: set(0),
        array_task_id: unset,
        array_task_string: null,
        job_state: ['COMPLETED'],
        state_reason: 'None',
        start_time: set(1),
      },
    ];
    expect(parseSqueueJson(JSON.stringify({ jobs }), 1000)).toEqual([
      { job: '10', task: 3, state: 'RUNNING', reason: '', seconds: 60 },
      { job: '10', task: 5, state: 'PENDING', reason: 'Priority' },
      { job: '10', task: 6, state: 'PENDING', reason: 'Priority' },
      { job: '11', state: 'COMPLETED', reason: '' },
    ]);
  });
});

describe('what sacct says', () => {
  it('is read from text, with cancelled jobs and whole ranges', () => {
    expect(
      parseSacct(
        '7_1|COMPLETED|61|None\n7_[2-3]|PENDING|0|Resources\n8|CANCELLED by 1000|5|\n7_1.batch|COMPLETED|61|\n',
      ),
    ).toEqual([
      { job: '7', task: 1, state: 'COMPLETED', reason: '', seconds: 61 },
      { job: '7', task: 2, state: 'PENDING', reason: 'Resources', seconds: 0 },
      { job: '7', task: 3, state: 'PENDING', reason: 'Resources', seconds: 0 },
      { job: '8', state: 'CANCELLED', reason: '', seconds: 5 },
    ]);
  });

  it('is read from JSON of both forms', () => {
    const jobs = [
      {
        job_id: 20,
        array: { job_id: 19, task_id: 4, task: '' },
        state: { current: 'FAILED', reason: 'NonZeroExitCode' },
        time: { elapsed: 12 },
      },
      {
        job_id: 21,
        array: { job_id: 0, task_id: { set: false, number: 0 }, task: '' },
        state: { current: ['COMPLETED'], reason: 'None' },
        time: { elapsed: 3 },
      },
    ];
    expect(parseSacctJson(JSON.stringify({ jobs }))).toEqual([
      { job: '19', task: 4, state: 'FAILED', reason: 'NonZeroExitCode', seconds: 12 },
      { job: '21', state: 'COMPLETED', reason: '', seconds: 3 },
    ]);
  });
});

describe('words of Slurm', () => {
  it('are pending, running, over, or not known and therefore failed', () => {
    const words = ['PENDING', 'COMPLETING', 'COMPLETED', 'CANCELLED by 0', 'OUT_OF_MEMORY', 'NODE_FAIL', 'NEW_IN_2030'];
    expect(words.map(stateOf)).toEqual(['pending', 'running', 'done', 'cancelled', 'failed', 'failed', 'failed']);
  });

  it('are said as a person would', () => {
    expect(endInWords('TIMEOUT')).toBe('it ran into its time limit: raise time, or cut the work into more shards');
    expect(endInWords('NEW_IN_2030')).toBe('Slurm calls it NEW_IN_2030');
    expect([waitInWords('Resources'), waitInWords('None'), waitInWords('QOSMaxJobs')]).toEqual([
      'no node is free',
      '',
      'Slurm says QOSMaxJobs',
    ]);
  });

  it.each([
    ['0:02', 2],
    ['15', 15],
    ['1:02:03', 3723],
    ['2-03:00:00', 183_600],
    ['1-2', 93_600],
    ['UNLIMITED', undefined],
    ['INVALID', undefined],
  ])('%s is a duration', (text, seconds) => expect(secondsOf(text)).toBe(seconds));

  it('sets of tasks go there and back', () => {
    expect(ranges([7, 1, 2, 3])).toBe('1-3,7');
    expect(numbersOf('1-3,7%4')).toEqual([1, 2, 3, 7]);
    expect(numbersOf('[0-8:4]')).toEqual([0, 4, 8]);
    expect(numbersOf('N/A')).toEqual([]);
    expect(() => numbersOf('1,3,83...')).toThrow('Slurm cut off the set of tasks 1,3,83...');
  });
});

describe('Slurm through its programs', () => {
  const named = (...ids: string[]): JobIdentity[] => ids.map((id) => ({ id, name: `my.${id}`, user: 'ada' }));

  type Answers = Record<string, Partial<Said>>;

  function slurm(answers: Answers, now?: () => number): { readonly slurm: Slurm; readonly asked: string[] } {
    const asked: string[] = [];
    const ask = (program: string, args: readonly string[]): Promise<Said> => {
      asked.push([program, ...args].join(' '));
      const key = Object.keys(answers).find((start) => asked.at(-1)!.startsWith(start));
      return Promise.resolve({ code: 0, stdout: '', stderr: '', ...(key === undefined ? { code: 1 } : answers[key]) });
    };
    return { slurm: new Slurm(ask, now), asked };
  }

  it('submits with dependencies, in the folder of the scripts', async () => {
    const { slurm: here, asked } = slurm({ sbatch: { stdout: '42;cluster\n' } });
    expect(await here.submit('a.sh', '/scripts', ['7', '9'], 'my.lobes.1f')).toBe('42');
    expect(asked).toEqual(['sbatch --parsable --job-name=my.lobes.1f --dependency=afterok:7:9 a.sh']);
  });

  it('says what sbatch refuses, and where there is none', async () => {
    const said = { code: 1, stderr: 'sbatch: error: Batch job submission failed: Invalid account\n' };
    await expect(slurm({ sbatch: said }).slurm.submit('a.sh', '/scripts', [], 'my.1f')).rejects.toThrow(
      'sbatch: Batch job submission failed: Invalid account. Look at a.sh in /scripts.',
    );
    await expect(slurm({ sbatch: { code: 'ENOENT' } }).slurm.submit('a.sh', '/s', [], 'my.1f')).rejects.toThrow(
      'There is no sbatch on the path: this machine has no Slurm. Log in to the cluster first.',
    );
  });

  it('asks an old squeue for text, and accounting only for what the queue has forgotten', async () => {
    const { slurm: here, asked } = slurm({
      'squeue --version': { stdout: 'slurm-wlm 22.05.8' },
      squeue: { stdout: '1|N/A|RUNNING|None|0:05|ada|my.1\n77|N/A|RUNNING|None|0:05|ada|my.77\n' },
      'sacct --jobs=2 --allocations --json': { code: 1 },
      sacct: { stdout: '2|COMPLETED|9||ada|my.2\n' },
    });
    const reports = await here.reports(named('1', '2'));
    expect(reports.map(({ job, state }) => `${job} ${state}`)).toEqual(['1 RUNNING', '2 COMPLETED']);
    expect(asked.filter((line) => line.includes('--json'))).toEqual(['sacct --jobs=2 --allocations --json']);
  });

  it('asks a newer squeue for JSON, and for text where that cannot be read', async () => {
    const { slurm: here, asked } = slurm({
      'squeue --version': { stdout: 'slurm 23.11.4' },
      'squeue --states=all --jobs=1 --json': { stdout: 'no JSON' },
      squeue: { stdout: '1|3|PENDING|Priority|0:00|ada|my.1\n' },
    });
    expect(await here.reports(named('1'))).toEqual([
      { job: '1', task: 3, state: 'PENDING', reason: 'Priority', seconds: 0 },
    ]);
    expect(asked).toHaveLength(3);
  });

  it('asks for accounts that did not answer again after some minutes', async () => {
    let now = 1e6;
    const answers: Answers = {
      'squeue --version': { stdout: 'slurm 22.05' },
      squeue: { code: 1, stderr: 'slurm_load_jobs error: Invalid job id specified\n' },
    };
    const { slurm: here, asked } = slurm(answers, () => now);
    expect(await here.reports(named('1'))).toEqual([]);
    const before = asked.length;
    now += ACCOUNTS_AGAIN_MS - 1;
    expect(await here.reports(named('1'))).toEqual([]);
    expect(asked.slice(before).every((line) => line.startsWith('squeue'))).toBe(true);
    now += 1;
    answers['sacct'] = { stdout: '1|COMPLETED|9||ada|my.1\n' };
    expect(await here.reports(named('1'))).toEqual([{ job: '1', state: 'COMPLETED', reason: '', seconds: 9 }]);
  });

  it('neither shows nor cancels jobs of others, or of an earlier life of the cluster, that have the id of ours', async () => {
    const lines = [
      '1|N/A|RUNNING|None|0:05|ada|my.1',
      '2|N/A|RUNNING|None|0:05|eve|my.2',
      '3|N/A|RUNNING|None|0:05|ada|my.3.other',
      '4|1|COMPLETED|None|0:05|ada|my.4',
      '5|2|PENDING|Priority|0:00|ada|my.5',
    ];
    const { slurm: here, asked } = slurm({
      'squeue --version': { stdout: 'slurm 22.05' },
      squeue: { stdout: `${lines.join('\n')}\n` },
      sacct: { stdout: '2|RUNNING|5||eve|my.2\n3|RUNNING|5||ada|my.3.other\n' },
      scancel: {},
    });
    const ours = named('1', '2', '3', '4', '5');
    expect((await here.reports(ours)).map(({ job }) => job)).toEqual(['1', '4', '5']);
    expect(await here.cancel(ours)).toEqual(['1', '5']);
    expect(asked.filter((line) => line.startsWith('scancel'))).toEqual(['scancel -- 1 5']);
    expect(await here.cancel(named('2', '3', '4'))).toEqual([]);
    expect(asked.filter((line) => line.startsWith('scancel'))).toHaveLength(1);
  });

  it('tells whose a job is from JSON, too', async () => {
    const job = { job_id: 1, job_state: ['RUNNING'], user_name: 'ada', name: 'my.1' };
    const jobs = [job, { ...job, job_id: 2, name: 'my.2', user_name: 'eve' }, { ...job, job_id: 3 }];
    const { slurm: here } = slurm({
      'squeue --version': { stdout: 'slurm 23.11.4' },
      squeue: { stdout: JSON.stringify({ jobs }) },
    });
    expect((await here.reports(named('1', '2', '3'))).map(({ job: id }) => id)).toEqual(['1']);
  });

  it('asks task by task where a set of tasks is cut off, and takes what is cut off even then for the whole job', async () => {
    const cut = { job_id: 1, array_job_id: 1, array_task_string: '1,3,5,81,83...', job_state: ['PENDING'] };
    const json = JSON.stringify({ jobs: [{ ...cut, user_name: 'ada', name: 'my.1' }] });
    const answers: Answers = {
      'squeue --version': { stdout: 'slurm 23.11.4' },
      'squeue --states=all --jobs=1 --json': { stdout: json },
      squeue: { stdout: '1|83|PENDING|None|0:00|ada|my.1\n1|85|PENDING|None|0:00|ada|my.1\n' },
    };
    const { slurm: here, asked } = slurm(answers);
    expect((await here.reports(named('1'))).map(({ task }) => task)).toEqual([83, 85]);
    expect(asked.at(-1)).toContain('--array');
    answers['squeue'] = {
      stdout: '1|2|COMPLETED|None|0:09|ada|my.1\n1|[1,3,83...]|PENDING|None|0:00|ada|my.1\n',
    };
    const whose = { name: 'my.1', user: 'ada', cluster: '', submitted: '', after: [] };
    const shards = [1, 2, 3, 83, 85];
    const jobs = [{ ...whose, id: '1', run: 'lobes', stage: 'firing', shards, of: 85 }];
    const [live] = liveJobs({ jobs }, await here.reports(named('1')));
    expect(live!.shards).toEqual([1, 3, 83, 85]);
  });

  it('has Slurm write sets of tasks in full', async () => {
    expect((await askProgram('sh', ['-c', 'echo "$SLURM_BITSTR_LEN"'])).stdout).toBe('0\n');
  });

  it('is told of where it does not answer', async () => {
    const { slurm: here } = slurm({
      squeue: { code: 1, stderr: 'squeue: error: Unable to contact slurm controller\n' },
    });
    await expect(here.reports(named('1'))).rejects.toThrow('squeue: Unable to contact slurm controller.');
  });
});

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterJob, Surroundings } from '../../../src/cluster/jobs';
import { scriptOf } from '../../../src/cluster/script';
import { quoted } from '../../../src/cluster/shell';

/** Spaces, both quotes, a dollar, a backslash, a back quote, a percent sign, a leading dash: all at once. */
const AWKWARD = `it's "my" $HOME \\n \`date\` 100% -x`;

const array: ClusterJob = {
  ...{ run: 'lobes-smol', label: 'lobes (smol)', out: '/w/.brainlens/my/lobes-smol', stage: 'firing' },
  ...{ shards: [1, 2, 3, 7], of: 8, after: [], afterIds: [], memory: 4e9 },
};
const reduce: ClusterJob = { ...array, stage: 'reduce', shards: [], of: 0 };

describe('the script of a job', () => {
  let home: string;
  let around: Surroundings;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'brainlens-script-'));
    const folder = join(home, AWKWARD);
    mkdirSync(join(folder, 'bin'), { recursive: true });
    // A brainlens that only tells what it was called with, and a scontrol that knows a running job.
    executable(
      join(folder, 'node'),
      'printf "%s\\n" "$PWD" "$BRAINLENS_CACHE" "$LOADED" "$@" > "$PWD/said"; sleep "${NAP:-0}"; exit "${CODE:-0}"',
    );
    executable(
      join(folder, 'bin/scontrol'),
      `echo "$@" >> "${'$'}ASKED"; echo "JobState=${'$'}{STATE:-RUNNING} Reason=None"`,
    );
    around = {
      ...{ file: join(folder, 'my.study.yaml'), study: 'my study', workspace: folder, folder: join(folder, 'slurm') },
      ...{ cacheFolder: join(folder, 'cache'), program: [join(folder, 'node'), join(folder, 'cli.js')], variables: {} },
      ...{
        flags: ['--seed', '3', '--results', 'my results'],
        threads: 2,
        settings: { environment: ['export LOADED="a b"'] },
      },
    };
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  function executable(path: string, text: string): void {
    writeFileSync(path, `#!/bin/bash\n${text}\n`);
    chmodSync(path, 0o755);
  }

  function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const PATH = `${join(around.workspace, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`;
    return { PATH, SLURM_ARRAY_TASK_ID: '7', SLURM_JOB_ID: '123', ASKED: join(around.workspace, 'asked'), ...more };
  }

  function written(job: ClusterJob): string {
    const path = join(home, `${job.stage}.sh`);
    writeFileSync(path, scriptOf(job, around));
    return path;
  }

  it('calls a shard whatever stands in paths, in the workspace, after the environment', () => {
    execFileSync('bash', [written(array)], { env: environment() });
    const said = readFileSync(join(around.workspace, 'said'), 'utf8').trimEnd().split('\n');
    expect(said).toEqual([
      ...[
        around.workspace,
        around.cacheFolder,
        'a b',
        join(around.workspace, 'cli.js'),
        'shard',
        around.file,
        'lobes-smol',
      ],
      ...['--stage', 'firing', '--shard', '7/8', '--threads', '2', '--memory', '4000000000'],
      ...['--seed', '3', '--results', 'my results', '--quiet'],
    ]);
  });

  it('calls the reduce of a run', () => {
    execFileSync('bash', [written(reduce)], { env: environment() });
    expect(readFileSync(join(around.workspace, 'said'), 'utf8')).toContain('\nlobes-smol\n--reduce\n--threads\n2\n');
  });

  it('takes the node of the environment where a compute node has none at that place', () => {
    const elsewhere = { ...around, program: ['/no/such/node', join(around.workspace, 'cli.js')] };
    executable(join(around.workspace, 'bin/node'), 'echo "found $1"');
    const path = join(home, 'elsewhere.sh');
    writeFileSync(path, scriptOf(reduce, elsewhere));
    expect(execFileSync('bash', [path], { env: environment(), encoding: 'utf8' })).toContain(
      `found ${join(around.workspace, 'cli.js')}`,
    );
    rmSync(join(around.workspace, 'bin/node'));
  });

  it('asks for what the job needs, on lines that Slurm reads without quotes', () => {
    const settings = { partition: 'cpu,long', account: 'lab', time: '1-12:00:00', arrayLimit: 4 };
    const lines = scriptOf(array, { ...around, settings }).split('\n');
    const directives = lines.filter((line) => line.startsWith('#SBATCH'));
    expect(directives).toEqual([
      '#SBATCH --job-name=my-study.lobes-smol.firing',
      '#SBATCH --array=1-3,7%4',
      '#SBATCH --output=lobes-smol.firing.%a.log',
      '#SBATCH --open-mode=append',
      '#SBATCH --ntasks=1',
      '#SBATCH --cpus-per-task=2',
      // 4 GB, 20 % and 1 GB more: 5.8e9 bytes of 2^20.
      '#SBATCH --mem=5532M',
      '#SBATCH --time=1-12:00:00',
      '#SBATCH --partition=cpu,long',
      '#SBATCH --account=lab',
      '#SBATCH --signal=B:USR1@60',
      '#SBATCH --requeue',
      '#SBATCH --kill-on-invalid-dep=yes',
    ]);
    // sbatch reads no further than the first command.
    expect(lines.slice(1, lines.lastIndexOf(directives.at(-1)!)).every((line) => line.startsWith('#'))).toBe(true);
    const alone = scriptOf(reduce, around);
    expect(alone).toContain('#SBATCH --output=lobes-smol.reduce.log\n');
    expect(alone).not.toContain('--array');
  });

  it('keeps a name that would break a comment on its line', () => {
    const text = scriptOf({ ...array, label: 'two\nrm -rf /' }, { ...around, file: '/a\nreboot\n.study.yaml' });
    const comments = text.split('\n').slice(0, 20);
    expect(comments.some((line) => line.startsWith('rm') || line.startsWith('reboot'))).toBe(false);
  });

  it('ends as the task ends', () => {
    const failed = (): unknown =>
      execFileSync('bash', [written(array)], { env: environment({ CODE: '2' }), stdio: 'pipe' });
    expect(failed).toThrow(expect.objectContaining({ status: 2 }) as Error);
  });

  const TASK =
    'trap \'echo told >> "$PWD/told"; exit 130\' TERM; touch "$PWD/up"; for i in $(seq 100); do sleep 0.05; done';

  async function signalled(
    signal: NodeJS.Signals,
    state: string,
  ): Promise<{ code: number | null; told: boolean; asked: string }> {
    const at = (name: string): string => join(around.workspace, name);
    for (const name of ['up', 'told', 'asked']) rmSync(at(name), { force: true });
    executable(at('patient'), TASK);
    const path = join(home, 'patient.sh');
    writeFileSync(path, scriptOf(array, { ...around, program: [at('patient'), at('cli.js')] }));
    const child = spawn('bash', [path], { env: environment({ STATE: state }), stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    for (let tries = 0; !existsSync(at('up')) && tries < 200; tries += 1) await wait(10);
    // Between the start of the task and the traps lies a moment.
    await wait(50);
    child.kill(signal);
    if (signal === 'SIGTERM') execFileSync('pkill', ['-TERM', '-P', String(child.pid)]);
    const code = await ended;
    return {
      code,
      told: existsSync(at('told')),
      asked: existsSync(at('asked')) ? readFileSync(at('asked'), 'utf8') : '',
    };
  }

  it('passes the notice before the time limit on, and queues a running job again', async () => {
    expect(await signalled('SIGUSR1', 'RUNNING')).toEqual({
      code: 130,
      told: true,
      asked: 'show job 123\nrequeue 123\n',
    });
  });

  it('waits for a task that is cancelled, and does not queue it again', async () => {
    expect(await signalled('SIGTERM', 'COMPLETING')).toEqual({ code: 130, told: true, asked: 'show job 123\n' });
  });
});

describe('a word of the shell', () => {
  it.each([AWKWARD, '', 'plain/path.txt', "'", "''a'", 'two\nlines', '~/home', '*', '-n', 'é ü 中'])(
    'is %j again',
    (text) => {
      expect(execFileSync('bash', ['-c', `printf '%s' ${quoted(text)}`], { encoding: 'utf8' })).toBe(text);
    },
  );
});

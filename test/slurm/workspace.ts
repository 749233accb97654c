import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { StudyStatus } from '../../src/cluster/gather';
import { cli, root } from '../process/support';
import type { Ended } from '../process/support';
import type { Cluster } from './cluster';

/** Six pieces of firing and more: a shard of them takes a few seconds. */
const TEXTS = 28;
const WORDS =
  'the river a bridge of winter people walk because green stones never quite sleep under old 17 32 4096'.split(' ');

/** A folder with a study, its own cache and its own results; its name has all that a shell could stumble on. */
export class Workspace {
  private readonly home = mkdtempSync(join(tmpdir(), 'brainlens-on-slurm-'));
  readonly folder = join(this.home, `it's a "work" $pace`);
  readonly results = join(this.folder, '.brainlens/my');

  constructor(
    analyses: string,
    private readonly env: NodeJS.ProcessEnv,
    slurm = '{ shards: 6, time: 10 }',
  ) {
    mkdirSync(this.folder);
    for (const name of ['models', 'saes', 'datasets', 'stimuli', 'tasks']) {
      cpSync(join(root, 'samples', name), join(this.folder, name), { recursive: true });
    }
    for (let text = 0; text < TEXTS; text += 1) {
      const type = join(this.folder, 'texts', text % 2 === 0 ? 'even' : 'odd');
      mkdirSync(type, { recursive: true });
      writeFileSync(join(type, `${text}.txt`), textOf(text));
    }
    writeFileSync(
      join(this.folder, 'my.study.yaml'),
      `models: { tiny: models/tiny-random, broken: models/broken }
datasets: { simulated: datasets/simulated/dataset.yaml }
saes: { layer1: saes/tiny-random }
settings: { seed: 3, threads: 1, memory: 1GB }
slurm: ${slurm}
analyses:
${analyses}`,
    );
  }

  get cache(): string {
    return join(this.home, 'cache');
  }

  /** Runs the built command line here. */
  brainlens(...args: string[]): Promise<Ended> {
    const env = { ...process.env, ...this.env, BRAINLENS_CACHE: this.cache };
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [cli, ...args], {
        cwd: this.folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)));
      child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
  }

  /** Submits what is missing of the study. */
  submit(...more: string[]): Promise<Ended> {
    return this.brainlens('run', 'my.study.yaml', '--engine', 'slurm', ...more);
  }

  /** What `brainlens status --json` says once Slurm may be asked again. */
  async status(): Promise<{ readonly code: number | null; readonly study: StudyStatus }> {
    rmSync(join(this.results, 'slurm/queue.json'), { force: true });
    const { code, stdout, stderr } = await this.brainlens('status', 'my.study.yaml', '--json');
    if (stdout === '') throw new Error(stderr);
    return { code, study: (JSON.parse(stdout) as { studies: StudyStatus[] }).studies[0]! };
  }

  log(name: string): string {
    const path = join(this.results, 'slurm', name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** The arrays of a result and its numbers. */
  made(run: string): Record<string, unknown> {
    const folder = join(this.results, run);
    const { result, summary } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    const arrays = readdirSync(folder).filter((name) => name.endsWith('.npy'));
    return {
      result,
      summary,
      ...Object.fromEntries(arrays.map((name) => [name, readFileSync(join(folder, name)).toString('base64')])),
    };
  }

  /** Whatever temporary name lies about, below the results and the cache. */
  leftovers(): string[] {
    const temporary = /\.partial|\.replaced|\.tmp$/;
    return [...this.files(this.results), ...this.files(this.cache)].filter((path) => temporary.test(path));
  }

  /** Names of the pieces of work that were kept. */
  pieces(): string[] {
    return this.files(this.cache).filter((path) => path.endsWith('.piece'));
  }

  /** All paths below a folder. */
  files(folder: string): string[] {
    return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Deterministic text of about 4,000 tokens. */
function textOf(seed: number): string {
  let state = seed + 1;
  return Array.from({ length: 1800 }, () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return WORDS[Math.floor((state / 2147483648) * WORDS.length)];
  }).join(' ');
}

/** Waits until something holds. @throws in the end, with `what` */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 120): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await holds()) return;
    await wait(150);
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Whether the queue is empty. */
export function idle(cluster: Cluster): boolean {
  return cluster.ask('squeue', '--noheader') === '';
}

/** The process of a task, by what it was called with; `undefined` where it does not run. */
export function processOf(folder: string, words: string): number | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (line[2] === 'shard' && line[3]?.startsWith(folder) && line.join(' ').includes(words)) return Number(pid);
    } catch {
      // It ended meanwhile.
    }
  }
  return undefined;
}

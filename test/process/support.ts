import { spawn } from 'node:child_process';
import type { SpawnOptions } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(__dirname, '../..');
/** The built artefacts; another build can be named. */
export const dist = process.env['BRAINLENS_DIST'] ?? join(root, 'dist');
export const cli = join(dist, 'cli.js');
export const engine = join(dist, 'engine.js');
export const tinyModel = join(root, 'samples/models/tiny-random');

if (!existsSync(cli)) throw new Error(`${cli} is missing: npm run build`);

/** A folder for one test, with a small stimulus file, a copy of the tiny model and a place for results and caches. */
export class Bench {
  readonly home = mkdtempSync(join(tmpdir(), 'brainlens-process-'));
  readonly cache = join(this.home, 'cache');
  readonly results = join(this.home, 'results');
  readonly model = join(this.home, 'model');
  readonly stimuli = this.write('stimuli.csv', stimuliCsv(40));

  constructor() {
    cpSync(tinyModel, this.model, { recursive: true });
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.home, name);
    writeFileSync(path, content);
    return path;
  }

  /** Names below `results/`, hidden ones too. */
  written(): string[] {
    return existsSync(this.results) ? readdirSync(this.results) : [];
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line in the bench's folder. `onStart` has its process, `onStderr` sees the error stream as it grows. */
export function brainlens(
  bench: Bench,
  args: readonly string[],
  {
    onStart,
    onStderr,
    ...options
  }: SpawnOptions & { onStart?: (pid: number) => void; onStderr?: (text: string, pid: number) => void } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, BRAINLENS_CACHE: bench.cache, ...options.env };
    const child = spawn(process.execPath, [cli, ...args], {
      cwd: bench.home,
      ...options,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) onStart?.(child.pid);
    let stdout = '';
    let stderr = '';
    child.stdout!.on('data', (chunk: Buffer) => (stdout += String(chunk)));
    child.stderr!.on('data', (chunk: Buffer) => {
      stderr += String(chunk);
      onStderr?.(stderr, child.pid!);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** A localization of the bench's model and stimuli into `results/run`; later arguments win over earlier ones. */
export function localize(bench: Bench, ...more: string[]): string[] {
  return ['localize', '--model', bench.model, '--stimuli', bench.stimuli, '--out', join(bench.results, 'run'), ...more];
}

/** `n` word strings and `n` letter strings of eight items each. */
export function stimuliCsv(n: number): string {
  const words =
    'the old bridge over river was closed for winter and people of village had to walk through forest'.split(' ');
  const letters = 'zq xv kj wq vb pf gk dz rx hh tq mz'.split(' ');
  const line = (from: readonly string[], i: number) =>
    Array.from({ length: 8 }, (_, j) => from[(i * 7 + j * (1 + (i % 5))) % from.length]).join(' ');
  const rows = Array.from({ length: n }, (_, i) => [`${line(words, i)},S`, `${line(letters, i)},N`]).flat();
  return `text,condition\n${rows.join('\n')}\n`;
}

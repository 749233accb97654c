import { describe, expect, it, vi } from 'vitest';
import type { Outcome, RunHooks } from '../../../src/engine/client';
import type { JobRequest } from '../../../src/shared/protocol';
import { FakePerson, fakeVscode } from './fake-vscode';

const person = new FakePerson();
vi.mock('vscode', () => fakeVscode(person));
const { EnginePool } = await import('../../../src/editor/enginePool');
const { jobsAtOnce, readSettings } = await import('../../../src/editor/settings');
const { statusText } = await import('../../../src/editor/results/statusItem');
const { countsText } = await import('../../../src/editor/results/view');

/** An engine whose runs end when the test says so. */
class FakeEngine {
  readonly running = new Map<string, (outcome: Outcome) => void>();
  readonly asked: string[] = [];
  disposed = false;
  run(job: JobRequest, { signal }: RunHooks): Promise<Outcome> {
    return new Promise((resolve) => {
      this.running.set(job.analysis, resolve);
      signal.addEventListener('abort', () => resolve({ kind: 'cancelled' }), { once: true });
    });
  }
  look = ({ analysis }: { analysis: string }) => {
    this.asked.push(analysis);
    return Promise.resolve({ kind: 'done', state: { kind: 'missing' } });
  };
  dispose(): void {
    this.disposed = true;
  }
}

function setup(limit: number) {
  const engines: FakeEngine[] = [];
  const setting = { limit };
  const make = () => {
    engines.push(new FakeEngine());
    return engines.at(-1)! as never;
  };
  const pool = new EnginePool(make, () => setting.limit);
  const start = (name: string, abort = new AbortController()) => {
    const job = { analysis: name, spec: {}, seed: 0, workspace: '/w' } as JobRequest;
    return pool.run(job, { signal: abort.signal, onProgress: () => undefined });
  };
  /** Names of what computes, engine by engine. */
  const computing = () => engines.filter(({ disposed }) => !disposed).map(({ running }) => [...running.keys()]);
  const end = async (name: string) => {
    const engine = engines.find(({ running }) => running.has(name))!;
    engine.running.get(name)!({ kind: 'done', out: name, summary: '', warnings: [] });
    engine.running.delete(name);
    await settled();
  };
  return { engines, setting, pool, start, computing, end };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('runs of one window', () => {
  it('go one after another on one engine where one may compute at once', async () => {
    const { start, computing, end } = setup(1);
    const first = start('a');
    void start('b');
    await settled();
    expect(computing()).toEqual([['a']]);
    await end('a');
    await expect(first).resolves.toMatchObject({ kind: 'done', out: 'a' });
    expect(computing()).toEqual([['b']]);
  });

  it('take as many engines as may compute at once; those that nobody waits for leave, the first stays', async () => {
    const { engines, start, computing, end } = setup(2);
    for (const name of ['a', 'b', 'c']) void start(name);
    await settled();
    expect(computing()).toEqual([['a'], ['b']]);
    await end('b');
    expect(computing()).toEqual([['a'], ['c']]);
    expect(engines).toHaveLength(2);
    await end('c');
    expect(engines.map(({ disposed }) => disposed)).toEqual([false, true]);
    await end('a');
    expect(engines[0]!.disposed).toBe(false);
  });

  it('of the same settings never compute at once, for they share a checkpoint; others pass', async () => {
    const { start, computing, end } = setup(3);
    for (const name of ['a', 'a', 'b']) void start(name);
    await settled();
    expect(computing()).toEqual([['a'], ['b']]);
    await end('a');
    expect(computing()).toEqual([['a'], ['b']]);
  });

  it('that wait can be cancelled, and let in when the setting is raised', async () => {
    const { pool, setting, start, computing } = setup(1);
    const abort = new AbortController();
    void start('a');
    const cancelled = start('b', abort);
    void start('c');
    abort.abort();
    await expect(cancelled).resolves.toEqual({ kind: 'cancelled' });
    setting.limit = 2;
    pool.limitChanged();
    await settled();
    expect(computing()).toEqual([['a'], ['c']]);
  });

  it('cancel themselves only, and questions go to the first engine', async () => {
    const { engines, pool, start, computing } = setup(2);
    const abort = new AbortController();
    void start('a');
    const cancelled = start('b', abort);
    await settled();
    await pool.look({ analysis: 'align' } as never);
    expect(engines.map(({ asked }) => asked)).toEqual([['align'], []]);
    abort.abort();
    await expect(cancelled).resolves.toEqual({ kind: 'cancelled' });
    expect(computing()).toEqual([['a']]);
    pool.dispose();
    expect(engines.every(({ disposed }) => disposed)).toBe(true);
  });
});

describe('what runs share', () => {
  it('is memory and cores, by the number that may compute at once', () => {
    person.settings = { memory: '8GB', threads: 6 };
    const { memory } = readSettings();
    person.settings = { ...person.settings, jobsAtOnce: 4 };
    expect(readSettings()).toMatchObject({ memory: memory / 4, threads: 1 });
    person.settings = { ...person.settings, jobsAtOnce: 3 };
    expect(readSettings()).toMatchObject({ memory: Math.floor(memory / 3), threads: 2 });
    for (const [set, meant] of [
      [0, 1],
      [99, 8],
      [2.7, 2],
      ['x', 1],
    ]) {
      person.settings = { jobsAtOnce: set };
      expect(jobsAtOnce()).toBe(meant);
    }
  });

  it('is one line in the status bar, and a count in the view', () => {
    const job = (title: string, state: string, share?: number) => ({ title, state, share }) as never;
    expect(statusText([job('Aligning', 'queued')])).toBe('Aligning');
    expect(statusText([job('Aligning', 'running', 0.4), job('Mapping', 'queued')])).toMatch(
      /^Aligning 40\s?% \(\+1\)$/,
    );
    const three = [job('A', 'running', 0.4), job('B', 'running', 0.1), job('C', 'queued')];
    expect(statusText(three)).toMatch(/^2 runs: 40\s?%, 10\s?% \(\+1\)$/);
    expect(statusText([job('A', 'running'), job('B', 'running')])).toBe('2 runs');
    expect(countsText(three)).toBe('2 running, 1 queued');
  });
});

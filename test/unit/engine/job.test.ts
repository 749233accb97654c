import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Analysis, RunContext } from '../../../src/analyses/contract';
import { runJob } from '../../../src/engine/job';
import type { JobParts } from '../../../src/engine/parts';
import { readFigures, readResult } from '../../../src/engine/store';
import type { Transformer } from '../../../src/models/transformer';
import { Cancelled, UserError } from '../../../src/shared/errors';
import type { Progress } from '../../../src/shared/progress';
import type { JobRequest } from '../../../src/shared/protocol';

// The real parts load ONNX Runtime; these tests bring their own.
vi.mock('../../../src/engine/engine-parts', () => ({ engineParts: undefined }));

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'brainlens-job-'));
  mkdirSync(join(home, 'model'));
  writeFileSync(join(home, 'model/config.json'), '{}');
  writeFileSync(join(home, 'stimuli.csv'), 'text\nabc\n');
  mkdirSync(join(home, 'shipped'));
  writeFileSync(join(home, 'shipped/built-in.csv'), 'text\n');
});
afterEach(() => rmSync(home, { recursive: true }));

type Settings = { model: string; stimuli: string[]; steps: number };

/** Counts to `steps`, opening the model first, and doing `then` at the end. */
function counting(then: (context: RunContext) => void = () => undefined): Analysis<Settings> {
  return {
    spec: {
      id: 'count',
      schema: 'counting',
      version: 3,
      title: 'Count…',
      describe: 'Counts',
      spec: z.object({ model: z.string(), stimuli: z.array(z.string()), steps: z.number().default(2) }),
      paths: ['model', 'stimuli'],
    },
    async *run(spec, context) {
      await context.openModel(spec.model);
      await context.openModel(spec.model);
      context.recordInput(spec.stimuli[0]!, 'stimuli');
      context.sample('built-in.csv');
      context.warn('mind the gap');
      for (let done = 1; done <= spec.steps; done++)
        yield { phase: 'Counting', done, total: spec.steps, unit: 'steps' };
      then(context);
      return { fields: { seed: context.seed, mean: NaN }, arrays: { a: { data: new Uint8Array(2), shape: [2] } } };
    },
    figures: () => [],
    summary: () => 'counted',
  };
}

function parts(analysis: Analysis = counting()) {
  const opened: string[] = [];
  const dispose = vi.fn(() => Promise.resolve());
  const made: JobParts = {
    analyses: [analysis],
    samples: join(home, 'shipped'),
    version: '9.9.9',
    onnxruntime: '1.2.3',
    openModel: (path) => {
      opened.push(path);
      const tokenizer = { sha256: 'ab', specialTokens: 'none added' };
      return Promise.resolve({
        tokenizer,
        executor: 'resident',
        files: [join(path, 'config.json')],
        dispose,
      } as unknown as Transformer);
    },
    describeModel: () => Promise.reject(new Error('not asked for here')),
    estimate: () => Promise.reject(new Error('not asked for here')),
    hashFile: (path) => Promise.resolve(`hash of ${path.slice(home.length + 1)}`),
  };
  return { made, opened, dispose };
}

const request = (more: Partial<JobRequest> = {}): JobRequest => ({
  analysis: 'count',
  spec: { model: 'model', stimuli: ['stimuli.csv'] },
  out: join(home, 'results/run'),
  force: false,
  seed: 7,
  threads: 2,
  memory: 1e9,
  executor: 'auto',
  cacheFolder: join(home, 'cache'),
  workspace: home,
  ...more,
});
const hooks = (onProgress: (progress: Progress) => void = () => undefined) => ({
  signal: new AbortController().signal,
  onProgress,
});

describe('running a job', () => {
  it('runs the settings of a result again, also where they name a file that is shipped', async () => {
    const { made } = parts();
    const spec = { model: 'model', stimuli: ['brainlens:samples/built-in.csv'], steps: 1 };
    const { out } = await runJob(request({ spec }), hooks(), made);
    const first = await readResult(out);
    expect(first.spec).toEqual(spec);
    expect(first.provenance.inputs).toContainEqual(
      expect.objectContaining({ path: 'brainlens:samples/built-in.csv', sha256: 'hash of shipped/built-in.csv' }),
    );
    const again = await runJob(request({ spec: first.spec, out: join(home, 'results/again') }), hooks(), made);
    expect((await readResult(again.out)).spec).toEqual(spec);
  });

  it('warns of what the self-check of a model finds, before what the analysis warns of; none where it is switched off', async () => {
    const { made, dispose } = parts();
    const checking: JobParts = {
      ...made,
      checkModel: (_, path) => Promise.resolve([`look at ${path.slice(home.length)}`]),
    };
    const { warnings, out } = await runJob(request(), hooks(), checking);
    expect(warnings).toEqual(['look at /model', 'mind the gap']);
    expect((await readResult(out)).result['warnings']).toEqual(warnings);
    const off = await runJob(request({ selfCheck: false, force: true }), hooks(), checking);
    expect(off.warnings).toEqual(['mind the gap']);
    dispose.mockClear();
    const failing: JobParts = { ...made, checkModel: () => Promise.reject(new Cancelled()) };
    await expect(runJob(request({ force: true }), hooks(), failing)).rejects.toThrow(Cancelled);
    expect(dispose).toHaveBeenCalledTimes(1);
  });

  it('opens a model once, passes progress on, and writes settings, result and provenance', async () => {
    const { made, opened, dispose } = parts();
    const seen: number[] = [];
    const outcome = await runJob(
      request(),
      hooks(({ done }) => seen.push(done)),
      made,
    );
    expect(outcome).toEqual({ out: join(home, 'results/run'), summary: 'counted', warnings: ['mind the gap'] });
    expect(seen).toEqual([1, 2]);
    expect(opened).toEqual([join(home, 'model')]);
    expect(dispose).toHaveBeenCalledOnce();

    const result = await readResult(outcome.out);
    expect(result).toMatchObject({
      schema: 'brainlens/counting@3',
      summary: 'counted',
      spec: { model: 'model', stimuli: ['stimuli.csv'], steps: 2 },
      result: { seed: 7, mean: null, meanReason: 'undefined (NaN)', warnings: ['mind the gap'] },
      provenance: {
        brainlens: '9.9.9',
        onnxruntime: '1.2.3',
        node: process.versions.node,
        platform: `${process.platform}-${process.arch}`,
        threads: 2,
        memory: 1e9,
        seed: 7,
        executor: 'resident',
        tokenizer: { sha256: 'ab', specialTokens: 'none added' },
      },
    });
    expect(result.provenance.inputs).toEqual([
      { path: 'model/config.json', role: 'model', bytes: 2, sha256: 'hash of model/config.json' },
      { path: 'stimuli.csv', role: 'stimuli', bytes: 9, sha256: 'hash of stimuli.csv' },
      { path: 'brainlens:samples/built-in.csv', role: 'sample', bytes: 5, sha256: 'hash of shipped/built-in.csv' },
    ]);
    expect((await readFigures(outcome.out)).figures).toEqual([]);
  });

  it('refuses bad settings, unknown analyses and a taken folder before any work', async () => {
    const { made, opened } = parts();
    await expect(runJob(request({ spec: { model: 3, stimuli: [] } }), hooks(), made)).rejects.toThrow(/^--model: /);
    await expect(runJob(request({ analysis: 'dream' }), hooks(), made)).rejects.toThrow(/no analysis called dream/);
    await expect(runJob(request({ out: join(home, 'model') }), hooks(), made)).rejects.toThrow(UserError);
    await expect(runJob(request({ out: join(home, 'stimuli.csv/run') }), hooks(), made)).rejects.toThrow(
      /a file is in the way/,
    );
    expect(opened).toEqual([]);
  });

  it('stops at the next step after a cancel, frees the model and writes nothing', async () => {
    const { made, dispose } = parts();
    const abort = new AbortController();
    const run = runJob(request(), { signal: abort.signal, onProgress: () => abort.abort() }, made);
    await expect(run).rejects.toThrow(Cancelled);
    expect(dispose).toHaveBeenCalledOnce();
    expect(readdirSync(home)).not.toContain('results');
  });

  it('passes on what the analysis throws, frees the model and writes nothing', async () => {
    const { made, dispose } = parts(
      counting(() => {
        throw new UserError('row 3 is empty', 'Fill it.');
      }),
    );
    await expect(runJob(request(), hooks(), made)).rejects.toThrow('row 3 is empty. Fill it.');
    expect(dispose).toHaveBeenCalledOnce();
    expect(readdirSync(home)).not.toContain('results');
  });

  it('stops hashing files when the run has failed or is cancelled', async () => {
    const failing = counting(() => {
      throw new UserError('row 3 is empty', 'Fill it.');
    });
    const abort = new AbortController();
    const cancelled = { signal: abort.signal, onProgress: () => abort.abort() };
    for (const [analysis, given] of [
      [failing, hooks()],
      [counting(), cancelled],
    ] as const) {
      const { made } = parts(analysis);
      const signals: AbortSignal[] = [];
      const hashFile: JobParts['hashFile'] = (_path, _cache, signal) =>
        new Promise((_, reject) => {
          signals.push(signal);
          expect(signal.aborted).toBe(false);
          signal.addEventListener('abort', () => reject(new Cancelled()));
        });
      await expect(runJob(request(), given, { ...made, hashFile })).rejects.toThrow();
      expect(signals.map(({ aborted }) => aborted)).toContain(true);
    }
  });
});

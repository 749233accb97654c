import { describe, expect, it } from 'vitest';
import { failuresOf, resultToOpen, runStudyJobs } from '../../../../src/editor/study/jobs';
import type { RunEnd } from '../../../../src/editor/study/jobs';
import type { SharedSettings } from '../../../../src/study/job';
import { distinctNames, nameProblem, studyText } from '../../../../src/editor/study/text';
import type { Outcome } from '../../../../src/engine/client';
import { Cancelled } from '../../../../src/shared/errors';
import type { JobRequest } from '../../../../src/shared/protocol';
import { checkStudy } from '../../../../src/study/check';
import type { StudyPlan } from '../../../../src/study/plan';

const MODELS = ['models/tiny.gguf', '/elsewhere/Smol LM', 'other/tiny'];

async function planned(covariate?: string, beside: readonly string[] = []): Promise<StudyPlan> {
  const taken = (name: string): boolean => beside.includes(name);
  const parts = { name: 'mine', models: MODELS, dataset: 'd/dataset.yaml', taken };
  const text = studyText({ ...parts, ...(covariate !== undefined && { covariate }) });
  const files = {
    exists: (path: string) => Promise.resolve(path.includes('/') || taken(path)),
    columns: () => Promise.resolve(undefined),
    list: () => Promise.resolve([]),
  };
  const place = { folder: '/data', workspace: '/data', name: 'mine' };
  const { plan, problems } = await checkStudy(text, place, files);
  expect(problems).toEqual([]);
  return plan;
}

describe('a study of several models that the editor writes', () => {
  it('aligns every model, then holds all against a covariate and each other', async () => {
    const { runs } = await planned('distance');
    const found = (verb: string) => runs.filter(({ spec }) => spec.id === verb);
    expect(found('align').map(({ input }) => input['model'])).toEqual([
      '/data/models/tiny.gguf',
      '/elsewhere/Smol LM',
      '/data/other/tiny',
    ]);
    const alignments = found('align').map(({ out }) => out);
    expect(found('hierarchy').map(({ input }) => input)).toEqual([{ alignment: alignments, covariate: 'distance' }]);
    expect(found('similarity')[0]!.input).toMatchObject({ dataset: '/data/d/dataset.yaml' });
    expect(found('similarity')[0]!.input['model']).toHaveLength(3);
    expect(new Set(runs.map(({ out }) => out)).size).toBe(5);
  });

  it('has no hierarchy where there is nothing to hold it against', async () => {
    const { runs } = await planned();
    expect(runs.map(({ spec }) => spec.id).sort()).toEqual(['align', 'align', 'align', 'similarity']);
  });

  it('takes no name that a file beside it has', async () => {
    const { runs } = await planned('distance', ['encoding', 'recordings']);
    expect(runs.map(({ label }) => label).filter((label) => label.startsWith('encoding-of-study-2 ('))).toHaveLength(3);
    expect(runs.find(({ spec }) => spec.id === 'hierarchy')!.input['alignment']).toHaveLength(3);
  });

  it('gives models names of their own that a study may have', () => {
    expect(distinctNames(MODELS)).toEqual(['tiny', 'Smol-LM', 'tiny-2']);
    expect(distinctNames(['encoding', 'x/all', '…/'])).toEqual(['model-encoding', 'model-all', 'model']);
    // Studies take no two names that differ by their case only.
    expect(distinctNames(['a/Smol', 'b/smol', 'Similarity'])).toEqual(['Smol', 'smol-2', 'model-Similarity']);
    for (const name of distinctNames(['encoding', 'a b', 'ä/ü.gguf'])) expect(nameProblem(name)).toBeUndefined();
    for (const name of ['', 'a b', '../x', '.hidden', 'ü']) expect(nameProblem(name)).toMatch(/^Letters/);
  });
});

const shared: SharedSettings = {
  ...{ threads: 1, memory: 1e9, executor: 'auto', cacheFolder: '/cache', workspace: '/data', seed: 0 },
};

/** An engine that ends jobs as it is told, by the name of their folder. */
function engine(ends: Readonly<Record<string, Outcome>>) {
  const jobs: JobRequest[] = [];
  const run = (job: JobRequest): Promise<Outcome> => {
    jobs.push(job);
    const done = { kind: 'done', out: job.out, summary: 'made', warnings: [] } as const;
    return Promise.resolve(ends[job.out.split('/').at(-1)!] ?? done);
  };
  return { jobs, run };
}

async function made(
  ends: Readonly<Record<string, Outcome>>,
  jobs: JobRequest[] = [],
  remembered = new Map<string, string | undefined>(),
): Promise<readonly RunEnd[]> {
  const { runs } = await planned('distance');
  const client = engine(ends);
  try {
    return await runStudyJobs(runs, client, shared, {
      signal: new AbortController().signal,
      onProgress: () => undefined,
      look: () => Promise.resolve({ kind: 'missing' }),
      record: ({ analysis }) => Promise.resolve({ file: 'mine.study.yaml', analysis, results: {}, sets: {} }),
      remember: ({ id }, failure) => Promise.resolve(void remembered.set(id, failure)),
    });
  } finally {
    jobs.push(...client.jobs);
  }
}

describe('running it in the engine', () => {
  it('one job after another, each saying which study it is of; the hierarchy is opened', async () => {
    const jobs: JobRequest[] = [];
    const ends = await made({}, jobs);
    expect(jobs.map(({ analysis }) => analysis).sort()).toEqual(['align', 'align', 'align', 'hierarchy', 'similarity']);
    expect(jobs.every(({ study, force }) => study?.file === 'mine.study.yaml' && force)).toBe(true);
    expect(failuresOf(ends)).toBeUndefined();
    expect(resultToOpen(ends)).toBe('/data/.brainlens/mine/hierarchy');
  });

  it('a model that fails does not stop the others; one message says which and why', async () => {
    const jobs: JobRequest[] = [];
    const ends = await made({ 'encoding-tiny': { kind: 'failed', user: true, message: 'no weights' } }, jobs);
    const hierarchy = jobs.find(({ analysis }) => analysis === 'hierarchy')!;
    expect(hierarchy.spec['alignment']).toHaveLength(2);
    expect(hierarchy.warnings?.[0]).toMatch(/encoding \(tiny\)/);
    expect(failuresOf(ends)).toBe('1 of 5 runs of the study were not made. encoding (tiny) failed: no weights');
  });

  it('why a run failed is remembered, and forgotten of those that were made', async () => {
    const remembered = new Map<string, string | undefined>();
    await made({ 'encoding-tiny': { kind: 'failed', user: true, message: 'no weights' } }, [], remembered);
    expect(Object.fromEntries(remembered)).toEqual({
      'encoding-tiny': 'no weights',
      'encoding-Smol-LM': undefined,
      'encoding-tiny-2': undefined,
      hierarchy: undefined,
      similarity: undefined,
    });
  });

  it('where all alignments fail the last result is opened', async () => {
    const failed = { kind: 'failed', user: false, message: 'broken' } as const;
    const ends = await made({ 'encoding-tiny': failed, 'encoding-Smol-LM': failed, 'encoding-tiny-2': failed });
    expect(failuresOf(ends)).toMatch(/^4 of 5 runs .*hierarchy was left out/);
    expect(resultToOpen(ends)).toBe('/data/.brainlens/mine/similarity');
  });

  it('a cancel stops all', async () => {
    const jobs: JobRequest[] = [];
    await expect(made({ 'encoding-Smol-LM': { kind: 'cancelled' } }, jobs)).rejects.toThrow(Cancelled);
    expect(jobs.length).toBeLessThan(4);
  });
});

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Bench, brainlens, root } from './support';

interface Row {
  readonly id: string;
  readonly state: string;
  readonly folder: string;
  readonly message?: string;
  readonly reason?: string;
}

const STUDY = `name: Two tiny models and one that is damaged
models: { tiny: tiny, other: { path: other, family: gpt }, broken: broken }
datasets: { simulated: data/dataset.yaml }
settings: { seed: 3, threads: 1, memory: 1GB }
analyses:
  language: { analysis: localize, model: all, stimuli: stimuli.csv, fraction: 0.05, randomSeeds: 2 }
  silence: { analysis: ablate, model: all, units: language, tasks: tasks.jsonl, randomSeeds: 1, fractions: 0.05, generate: 0 }
  encoding: { analysis: align, model: all, dataset: simulated, permutations: 19, bootstrap: 100 }
  hierarchy: { analysis: hierarchy, alignment: encoding, covariate: distance_mm, tasks: silence, significance: all, permutations: 99, bootstrap: 100 }
  maps: { analysis: similarity, model: all, stimuli: stimuli.csv, maxTokens: 12, permutations: 99 }
`;

/** Two models of different width and depth: the reference GPT-2 reads 64 tokens, so the sentences are cut to 7 words. */
function laboratory(): Bench {
  const bench = new Bench();
  cpSync(bench.model, join(bench.home, 'tiny'), { recursive: true });
  cpSync(join(root, 'test/golden/models/gpt2'), join(bench.home, 'other'), { recursive: true });
  cpSync(bench.model, join(bench.home, 'broken'), { recursive: true });
  const weights = join(bench.home, 'broken/model.safetensors');
  writeFileSync(weights, readFileSync(weights).subarray(0, 1000));
  cpSync(join(root, 'samples/datasets/simulated'), join(bench.home, 'data'), { recursive: true });
  const sentences = join(bench.home, 'data/sentences.csv');
  const short = (line: string): string => line.split(' ').slice(0, 7).join(' ').slice(0, 55);
  writeFileSync(sentences, readFileSync(sentences, 'utf8').trimEnd().split('\n').map(short).join('\n'));
  const tasks = readFileSync(join(root, 'samples/tasks/subject-verb-agreement.jsonl'), 'utf8').split('\n');
  bench.write('tasks.jsonl', `${tasks.slice(0, 8).join('\n')}\n`);
  mkdirSync(bench.results);
  bench.write('my.study.yaml', STUDY);
  return bench;
}

describe('a study of two models, and a third that is damaged', { timeout: 600_000 }, () => {
  const bench = laboratory();
  afterAll(() => bench.remove());

  async function run(...more: string[]) {
    const { code, stdout, stderr } = await brainlens(bench, ['run', 'my.study.yaml', '--json', '--quiet', ...more]);
    const rows = stdout === '' ? [] : (JSON.parse(stdout) as { runs: Row[] }).runs;
    const ids = (state: string): string[] => rows.filter((row) => row.state === state).map(({ id }) => id);
    return { code, stderr, rows, ids };
  }
  const result = (id: string) =>
    JSON.parse(readFileSync(join(bench.home, '.brainlens/my', id, 'result.json'), 'utf8')) as {
      result: { models: unknown[]; warnings: string[]; benchmark?: { scores: { model: string; score: number }[] } };
      study: { analysis: string; file: string };
    };
  const GOOD = ['tiny', 'other'].flatMap((model) =>
    ['language', 'silence', 'encoding'].map((name) => `${name}-${model}`),
  );

  it('makes everything but what needs the damaged one, which it reports', async () => {
    const { code, stderr, rows, ids } = await run();
    expect(code, stderr).toBe(2);
    expect(ids('done')).toEqual([...GOOD, 'hierarchy', 'maps']);
    expect(ids('failed')).toEqual(['language-broken', 'encoding-broken']);
    expect(ids('skipped')).toEqual(['silence-broken']);
    expect(rows.find(({ id }) => id === 'language-broken')!.message).toMatch(/truncated or corrupt/);
    for (const { id, folder } of rows)
      expect(existsSync(join(folder, 'figures.json')), id).toBe(!id.endsWith('-broken'));
    const hierarchy = result('hierarchy');
    expect(hierarchy.study).toMatchObject({ file: 'my.study.yaml', analysis: 'hierarchy' });
    expect(hierarchy.result.models).toHaveLength(2);
    expect(hierarchy.result.warnings[0]).toMatch(/^Left out of this study, .*encoding \(broken\)/);
    // The built-in way to a benchmark: what ablate found of the whole models.
    expect(hierarchy.result.benchmark!.scores.map(({ model }) => model)).toEqual(['tiny', 'other']);
  });

  it('makes nothing twice but what lacks the damaged one; a new time stamp is no change', async () => {
    const now = new Date();
    for (const name of ['stimuli.csv', 'data/sentences.csv']) utimesSync(join(bench.home, name), now, now);
    const { code, ids } = await run();
    expect(code).toBe(2);
    expect(ids('up-to-date')).toEqual([...GOOD, 'hierarchy']);
    // The similarity went on without a model that failed in it: that one is tried again.
    expect(ids('done')).toEqual(['maps']);
  });

  it('makes what depends on a changed file again, and of that only what comes out otherwise', async () => {
    // One task more: the ablations, and the hierarchy that takes their accuracies.
    bench.write(
      'tasks.jsonl',
      `${readFileSync(join(bench.home, 'tasks.jsonl'), 'utf8')}${JSON.stringify({ sentence_good: 'the dog runs', sentence_bad: 'the dog run' })}\n`,
    );
    const foretold = await run('--dry-run');
    expect(foretold.rows.filter(({ reason }) => reason === 'tasks.jsonl has changed').map(({ id }) => id)).toEqual([
      'silence-tiny',
      'silence-other',
    ]);
    const { ids } = await run();
    const others = ['hierarchy', 'maps'];
    expect(ids('done').filter((id) => !others.includes(id))).toEqual(['silence-tiny', 'silence-other']);
    expect(ids('up-to-date')).not.toContain('silence-tiny');
    // A forced localization says the same: what needs it stays.
    const forced = await run('--force', '--only', 'language-tiny');
    expect(forced.ids('done')).toEqual(['language-tiny']);
    expect((await run('--only', 'silence-tiny')).ids('up-to-date')).toEqual(['language-tiny', 'silence-tiny']);
  });

  it('goes on where a signal stopped it', async () => {
    bench.write('stopped.study.yaml', STUDY);
    const study = ['run', 'stopped.study.yaml', '--only', 'silence-tiny', '--json'];
    let told = false;
    const stopped = await brainlens(bench, study, {
      onStderr: (text, pid) => {
        if (!told && text.includes('silence (tiny): running')) process.kill(pid, 'SIGTERM');
        told ||= text.includes('silence (tiny): running');
      },
    });
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(stopped.stderr).toMatch(/cancelled; 1 run left\. Run the study again to go on\.\n$/);
    expect(readdirSync(join(bench.home, '.brainlens/stopped'))).toEqual(['language-tiny']);
    const { runs } = JSON.parse((await brainlens(bench, study)).stdout) as { runs: Row[] };
    expect(runs.map(({ id, state }) => [id, state])).toEqual([
      ['language-tiny', 'up-to-date'],
      ['silence-tiny', 'done'],
    ]);
  });

  it('refuses a study with a mistake in one line that names its line', async () => {
    bench.write('wrong.study.yaml', STUDY.replace('units: language', 'units: langauge'));
    const { code, stdout, stderr } = await brainlens(bench, ['run', 'wrong.study.yaml']);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'brainlens: wrong.study.yaml, line 7: There is no file "langauge"; did you mean the analysis "language"?\n',
    });
  });
});

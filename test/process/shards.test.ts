import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readShardState } from '../../src/engine/shards/marks';
import { Bench, brainlens, root } from './support';
import type { Ended } from './support';

const sae = join(root, 'test/fixtures/sae-tiny');
const simulated = join(root, 'samples/datasets/simulated/dataset.yaml');

/** Pieces of 64 documents at most, of two types, short and long: seven. */
function documents(many = 400): string {
  const rows = Array.from({ length: many }, (_, i) => {
    const pieces = Array.from({ length: 60 + (i % 50) }, (__, j) => (j * (i + 3)) % 97);
    const words = pieces.map((n) => (i % 2 === 0 ? `${n * n};` : 'abcdefghijklm'.slice(n % 7, 7 + (n % 5))));
    return JSON.stringify({ text: words.join(' '), meta: { pile_set_name: i % 2 === 0 ? 'figures' : 'words' } });
  });
  return `${rows.join('\n')}\n`;
}

const LOBES = `types: { analysis: lobes, model: tiny, sae: dictionary, documents: texts.jsonl, blockTokens: 32, maxTokens: 100, threshold: 0, map: pca, null: 5 }`;

/** A bench with a study. */
function laboratory(analyses: string): Bench {
  const bench = new Bench();
  bench.write('texts.jsonl', documents());
  const pairs = readFileSync(join(root, 'samples/tasks/subject-verb-agreement.jsonl'), 'utf8').split('\n');
  bench.write('pairs.jsonl', `${pairs.slice(0, 8).join('\n')}\n`);
  bench.write('more.jsonl', `${pairs.slice(8, 12).join('\n')}\n`);
  bench.write(
    'my.study.yaml',
    `models: { tiny: model }\nsaes: { dictionary: ${sae} }\ndatasets: { simulated: ${simulated} }\nsettings: { seed: 3, threads: 2, memory: 2GB }\nanalyses:\n  ${analyses}\n`,
  );
  return bench;
}

/** A cache of its own, so that nothing is found there. */
const fresh = (bench: Bench, name: string) => ({ env: { BRAINLENS_CACHE: join(bench.home, `cache-${name}`) } });
const placeOf = (bench: Bench, results: string, run: string): string => join(bench.home, results, 'my', run);
const madeBy = ({ code, stderr }: Ended): void => expect(code, stderr).toBe(0);

/** What must be the same to the last byte: arrays, further files, and the `result` field. */
function bytesOf(folder: string): Record<string, unknown> {
  const names = readdirSync(folder).filter((name) => !['result.json', 'figures.json'].includes(name));
  const files = names.map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex'),
  ]);
  const { result } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as { result: unknown };
  return { ...Object.fromEntries(files), result: JSON.stringify(result) };
}

/** Runs the study in shards, each into a cache and results of its own, and holds the bytes against those of one run. */
async function holdsFor(bench: Bench, run: string, counts: readonly number[]): Promise<void> {
  madeBy(await brainlens(bench, ['run', 'my.study.yaml', '--results', 'plain'], fresh(bench, 'plain')));
  const plain = bytesOf(placeOf(bench, 'plain', run));
  expect(Object.keys(plain).length).toBeGreaterThan(1);
  for (const count of counts) {
    const results = `in-${count}`;
    const more = ['--shards', String(count), '--at-once', '2', '--results', results];
    madeBy(await brainlens(bench, ['run', 'my.study.yaml', ...more], fresh(bench, results)));
    const out = placeOf(bench, results, run);
    expect(bytesOf(out), `${count} shards`).toEqual(plain);
    expect(existsSync(`${out}-shards`)).toBe(false);
    expect(readdirSync(join(bench.home, `cache-${results}`, 'checkpoints'))).toEqual([]);
  }
}

describe('shards give the bytes of one run', () => {
  it('lobes: pieces are ranges of documents', async () => {
    const bench = laboratory(LOBES);
    await holdsFor(bench, 'types', [1, 2, 6]);
    bench.remove();
  }, 120_000);

  it('alignments: features once, then layers and what is permuted', async () => {
    const bench = laboratory(
      'encoding: { analysis: align, model: tiny, dataset: simulated, permutations: 19, bootstrap: 100 }',
    );
    await holdsFor(bench, 'encoding', [1, 3]);
    bench.remove();
  }, 120_000);

  it('similarities: layers', async () => {
    const bench = laboratory(
      'maps: { analysis: align, model: tiny, dataset: simulated, metric: cka, permutations: 19 }',
    );
    await holdsFor(bench, 'maps', [2]);
    bench.remove();
  }, 120_000);

  it('ablations of units that another run finds: tasks and conditions', async () => {
    const bench = laboratory(
      'language: { analysis: localize, model: tiny, stimuli: stimuli.csv, fraction: 0.05, randomSeeds: 2 }\n  ' +
        'silence: { analysis: ablate, model: tiny, units: language, tasks: [pairs.jsonl, more.jsonl], randomSeeds: 10, fractions: [0.05, 0.1], generate: 0 }',
    );
    await holdsFor(bench, 'silence', [1, 3]);
    bench.remove();
  }, 120_000);
});

describe('a shard on its own', () => {
  const bench = laboratory(LOBES);
  afterAll(() => bench.remove());
  const out = placeOf(bench, '.brainlens', 'types');
  const shard = (which: string, ...more: string[]): string[] => [
    ...['shard', 'my.study.yaml', 'types', '--stage', 'firing', '--shard', which, '--threads', '1', ...more],
  ];

  it('leaves its pieces and a mark, and nothing else', async () => {
    const { code, stdout, stderr } = await brainlens(bench, shard('2/3', '--quiet'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^types: shard 2 of 3 of firing: 3 pieces, 3 made in [\d.]+ s\n$/);
    expect(existsSync(out)).toBe(false);
    const states = await readShardState(out);
    expect(states).toMatchObject([
      { stage: 'firing', index: 2, count: 3, mark: { pieces: 3, made: 3, unit: 'tokens', threads: 1 } },
    ]);
    const mark = states[0]!.mark!;
    expect(mark.cpu).not.toBe('');
    const pieces = readdirSync(mark.folder!).filter((name) => name.endsWith('.piece'));
    expect(pieces).toHaveLength(3);
    expect(pieces.reduce((sum, name) => sum + statSync(join(mark.folder!, name)).size, 0)).toBe(mark.bytes);
  });

  it.each([
    [['shard', 'my.study.yaml', 'type', '--reduce'], 'The study has no run called type. Did you mean types?'],
    [shard('4/3'), '--shard 4/3: not a shard. Write I/N, such as 3/8: the third of eight.'],
    [[...shard('1/2'), '--stage', 'layers'], '--stage layers: types has no stage of that name. It has firing.'],
    [
      ['shard', 'my.study.yaml', 'types'],
      '--stage STAGE and --shard I/N are missing (or --reduce). See brainlens shard --help.',
    ],
    [
      ['run', 'my.study.yaml', '--at-once', '2'],
      '--at-once goes with --shards. Say into how many shards the work falls: --shards N.',
    ],
  ])('%j is refused', async (args, message) => {
    expect(await brainlens(bench, args)).toMatchObject({ code: 2, stderr: `brainlens: ${message}\n` });
  });
});

describe('what dies in mid-run', () => {
  const bench = laboratory(LOBES);
  afterAll(() => bench.remove());
  bench.write('texts.jsonl', documents(800));
  const out = placeOf(bench, '.brainlens', 'types');
  const run = ['run', 'my.study.yaml', '--shards', '2'];
  /** Every file of the pieces with its time. */
  const kept = (ending = '.piece'): Map<string, number> => {
    const works = join(bench.cache, 'checkpoints');
    const folders = existsSync(works) ? readdirSync(works).map((name) => join(works, name)) : [];
    const paths = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
    return new Map(paths.filter((path) => path.endsWith(ending)).map((path) => [path, statSync(path).mtimeMs]));
  };
  /** Calls `act` once, when so many pieces are there. */
  const when = (pieces: number, act: (pid: number) => void) => ({
    onStart: (pid: number) => {
      const poll = setInterval(() => {
        if (kept().size < pieces) return;
        clearInterval(poll);
        act(pid);
      }, 5);
      poll.unref();
    },
  });

  it('a child that is killed fails the run, and costs what it had not made', async () => {
    const killed = await brainlens(
      bench,
      run,
      when(4, (pid) => {
        const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
        process.kill(Number(children.at(-1)), 'SIGKILL');
      }),
    );
    expect(killed).toMatchObject({ code: 2, signal: null });
    expect(killed.stdout).toMatch(/types: failed: Shard \d of 2 of firing ended with SIGKILL/);
    const [made] = (await readShardState(out)).filter(({ mark }) => mark !== undefined);
    expect(made).toBeDefined();
    const before = kept();
    expect(before.size).toBeGreaterThan(made!.mark!.pieces);

    const other = 3 - made!.index;
    const again = ['shard', 'my.study.yaml', 'types', '--stage', 'firing', '--shard', `${other}/2`];
    const { stdout } = await brainlens(bench, again);
    const [, pieces, newly] = /: (\d+) pieces, (\d+) made/.exec(stdout)!.map(Number);
    const after = kept();
    expect(newly).toBe(after.size - before.size);
    expect(newly).toBeLessThan(pieces!);
    for (const [path, time] of before) expect(after.get(path)).toBe(time);
  }, 240_000);

  it('a signal to the run reaches its shards, which keep what is whole; the next goes on to the same bytes', async () => {
    for (const path of [...kept().keys()].slice(0, 8)) rmSync(path);
    rmSync(`${out}-shards`, { recursive: true });
    const left = kept();
    // What the killed child was writing.
    const torn = kept('.tmp');
    const stopped = await brainlens(
      bench,
      run,
      when(left.size + 2, (pid) => process.kill(pid, 'SIGTERM')),
    );
    expect(stopped).toMatchObject({ code: 130, signal: null });
    expect(kept('.tmp')).toEqual(torn);
    expect(kept().size).toBeGreaterThanOrEqual(left.size + 2);
    expect((await readShardState(out)).filter(({ mark, progress, failure }) => mark ?? progress ?? failure)).toEqual(
      [],
    );
    madeBy(await brainlens(bench, run));
    madeBy(await brainlens(bench, ['run', 'my.study.yaml', '--results', 'whole'], fresh(bench, 'whole')));
    expect(bytesOf(out)).toEqual(bytesOf(placeOf(bench, 'whole', 'types')));
  }, 240_000);
});

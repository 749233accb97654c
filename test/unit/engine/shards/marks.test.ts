import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { lobesSpec } from '../../../../src/analyses/lobes/spec';
import { alignmentSpec } from '../../../../src/analyses/alignment/spec';
import { readShardState, removeMarks, ShardNotes, shardsFolder } from '../../../../src/engine/shards/marks';
import { missingShards, shardDigest, shardsOf } from '../../../../src/engine/shards/plan';
import { warningsOfShards } from '../../../../src/engine/shards/reduce';
import { temporaryFolder } from '../../models/support';

const home = temporaryFolder();
const out = join(home, 'study', 'run');
const shard = (index: number, count = 2) => ({ stage: 'firing', index, count });
const work = { pieces: 3, made: 2, work: 900, unit: 'tokens', bytes: 4096, folder: home };
const facts = { digest: 'd', seconds: 1.5, threads: 2 };

describe('marks of shards', () => {
  it('say what runs, what is done and what failed', async () => {
    const [one, two] = [new ShardNotes(out, shard(1)), new ShardNotes(out, shard(2))];
    await one.begin();
    await two.begin();
    one.progress({ phase: 'Feature firing', done: 10, total: 30, unit: 'tokens' });
    // Within five seconds of the last nothing is written.
    one.progress({ phase: 'Feature firing', done: 11, total: 30, unit: 'tokens' });
    await two.failed('the disk is full');
    await vi.waitFor(async () =>
      expect(await readShardState(out)).toMatchObject([
        { ...shard(1), progress: { done: 10, total: 30, unit: 'tokens', phase: 'Feature firing' } },
        { ...shard(2), failure: 'the disk is full' },
      ]),
    );
    await one.done(work, facts);
    await two.begin();
    const states = await readShardState(out);
    expect(states).toEqual([{ ...shard(1), mark: expect.objectContaining({ ...work, ...facts }) as unknown }]);
    expect(readdirSync(shardsFolder(out))).toEqual(['firing.1-of-2.json']);
    await removeMarks(out);
    expect([existsSync(shardsFolder(out)), await readShardState(out)]).toEqual([false, []]);
  });

  it('of several kinds of processors warn, those of shards that made nothing aside', async () => {
    for (const index of [1, 2, 3]) await new ShardNotes(out, shard(index, 3)).begin();
    const mark = async (index: number, cpu: string, pieces = 3): Promise<void> => {
      const made = await new ShardNotes(out, shard(index, 3)).done({ ...work, pieces }, facts);
      writeFileSync(join(shardsFolder(out), `firing.${index}-of-3.json`), JSON.stringify({ ...made, cpu }));
    };
    await mark(1, 'A');
    await mark(2, 'A');
    await mark(3, 'B', 0);
    expect(await warningsOfShards(out)).toEqual([]);
    await mark(3, 'B');
    expect(await warningsOfShards(out)).toEqual([
      expect.stringMatching(/^Shards ran on processors of 2 kinds \(A; B\)/),
    ]);
    await removeMarks(out);
  });
});

describe('what is still to be made', () => {
  const documents = join(home, 'texts');
  mkdirSync(documents);
  writeFileSync(join(documents, 'a.txt'), 'some text');
  mkdirSync(join(home, 'model'));
  const input = { model: join(home, 'model'), sae: join(home, 'sae'), documents: [documents] };
  const run = { spec: lobesSpec, input, out };
  const around = {
    workspace: home,
    samples: join(home, 'samples'),
    cacheFolder: join(home, 'cache'),
    seed: 1,
    file: 's',
  };
  const missing = async (changes: Partial<typeof run> = {}, count = 2): Promise<string[]> =>
    (await missingShards({ ...run, ...changes }, count, around)).flatMap(({ shards }) =>
      shards.map(({ index, count: of }) => `${index}/${of}`),
    );

  it('falls into as many shards as asked for, a stage that is one piece into one', () => {
    expect(shardsOf(run, 3)).toEqual([{ stage: 'firing', shards: [shard(1, 3), shard(2, 3), shard(3, 3)] }]);
    expect(shardsOf({ spec: lobesSpec, input: { firing: 'f.npy', decoder: 'd.npy' } }, 3)).toEqual([]);
    const alignment = shardsOf({ spec: alignmentSpec, input: { model: 'm', dataset: 'd.yaml' } }, 2);
    expect(alignment.map(({ stage, shards }) => [stage, shards.length])).toEqual([
      ['features', 1],
      ['layers', 2],
    ]);
  });

  it('is what has no mark of these inputs and settings, or whose pieces are gone', async () => {
    expect(await missing()).toEqual(['1/2', '2/2']);
    const digest = await shardDigest(run, around);
    const pieces = join(home, 'pieces');
    mkdirSync(pieces);
    const notes = new ShardNotes(out, shard(2));
    await notes.begin();
    await notes.done({ ...work, folder: pieces }, { ...facts, digest });
    expect(await missing()).toEqual(['1/2']);
    // Of another number of shards, other settings, other inputs.
    expect(await missing({}, 3)).toEqual(['1/3', '2/3', '3/3']);
    expect(await missing({ input: { ...input, threshold: 2 } as typeof input })).toEqual(['1/2', '2/2']);
    expect((await missingShards(run, 2, { ...around, seed: 2 }))[0]!.shards).toHaveLength(2);
    utimesSync(join(documents, 'a.txt'), 1, 1);
    expect(await missing()).toEqual(['1/2', '2/2']);
    await notes.done({ ...work, folder: pieces }, { ...facts, digest: await shardDigest(run, around) });
    expect(await missing()).toEqual(['1/2']);
    rmSync(pieces, { recursive: true });
    expect(await missing()).toEqual(['1/2', '2/2']);
    await removeMarks(out);
  });
});

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DividedWork, Piece } from '../../../../src/analyses/contract';
import { divided } from '../../../../src/engine/shards/divided';
import { lookAtPiece, readPiece, writePiece } from '../../../../src/engine/shards/piece-file';
import { PieceFolder, pieceProblem } from '../../../../src/engine/shards/piece-store';
import { ShardDone, shareOf } from '../../../../src/engine/shards/share';
import type { Shard } from '../../../../src/engine/shards/share';
import type { Progress } from '../../../../src/shared/progress';
import { resultOf, temporaryFolder } from '../../models/support';

const piece: Piece = {
  facts: { documents: [{ type: 'code', source: 'a–b.py' }] },
  arrays: {
    f64: Float64Array.of(0.1, NaN, -0),
    f32: Float32Array.of(1.5),
    i32: Int32Array.of(-1, 2),
    u32: Uint32Array.of(2 ** 32 - 1),
    u16: Uint16Array.of(1, 2, 3),
    u8: Uint8Array.of(255),
    none: new Float64Array(0),
  },
  work: 12,
};

describe('shares of pieces', () => {
  it('are contiguous, in order, of equal size, and together all pieces, however many shards there are', () => {
    for (const pieces of [0, 1, 7, 64]) {
      for (const count of [1, 2, 3, 50]) {
        const shares = Array.from({ length: count }, (_, i) => shareOf(pieces, { index: i + 1, count }));
        expect([shares[0]!.from, shares.at(-1)!.to]).toEqual([0, pieces]);
        shares.slice(1).forEach(({ from }, i) => expect(from).toBe(shares[i]!.to));
        const sizes = shares.map(({ from, to }) => to - from);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('a piece on the disk', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'a.piece');

  it('comes back with its facts and arrays, bit by bit', async () => {
    const bytes = await writePiece(path, piece);
    expect(readFileSync(path)).toHaveLength(bytes);
    expect(await readPiece(path)).toEqual(piece);
    expect(await lookAtPiece(path)).toEqual({ work: 12, bytes });
    expect(readdirSync(folder)).toEqual(['a.piece']);
  });

  it('has the same bytes whenever it is written', async () => {
    await writePiece(join(folder, 'b.piece'), piece);
    expect(readFileSync(join(folder, 'b.piece'))).toEqual(readFileSync(path));
  });

  it('is none where a byte is cut off, or is another', async () => {
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, -1));
    expect([await lookAtPiece(path), await readPiece(path)]).toEqual([undefined, undefined]);
    const other = Buffer.from(whole);
    other[other.length - 41]! ^= 1;
    writeFileSync(path, other);
    expect(await readPiece(path)).toBeUndefined();
    expect([await lookAtPiece(join(folder, 'none')), await readPiece(join(folder, 'none'))]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('a folder that takes no piece', () => {
  const broken = join(temporaryFolder(), 'file');
  writeFileSync(broken, '');

  it('fails a shard, which would leave nothing, with a remedy', async () => {
    const store = new PieceFolder(join(broken, 'below'), 'firing', true);
    await expect(store.put('one', piece)).rejects.toThrow(
      /Pieces of work cannot be written into .*ENOTDIR.*run the study again: what was made stays/,
    );
  });

  it('keeps the piece in memory otherwise', async () => {
    const store = new PieceFolder(join(broken, 'below'), 'firing', false);
    expect(await store.put('one', piece)).toEqual({ work: 12, bytes: 0 });
    expect(await store.read('one')).toBe(piece);
    expect(await store.find('two')).toBeUndefined();
  });

  it.each([
    ['ENOSPC', /No room to write pieces of work into \/scratch: the disk or the quota is full/],
    ['EDQUOT', /the disk or the quota is full/],
    ['EACCES', /no permission.*BRAINLENS_CACHE/],
    ['ESTALE', /the file system does not answer as it should \(ESTALE\).*mounted/],
  ])('is told of in words: %s', (code, message) => {
    expect(String(pieceProblem('/scratch', Object.assign(new Error(code), { code })))).toMatch(message);
  });

  it('leaves other errors as they are', () => {
    const error = new Error('ours');
    expect(pieceProblem('/scratch', error)).toBe(error);
  });
});

describe('a divided work', () => {
  const signal = new AbortController().signal;
  const names = Array.from({ length: 7 }, (_, i) => `piece ${i}`);
  const works = (folder: string | undefined, changes: Partial<DividedWork> = {}) => {
    const calls: number[][] = [];
    const work: DividedWork = {
      ...{ stage: 'rows', pieces: names, phase: 'Rows', unit: 'rows', sizes: names.map((_, i) => i) },
      checkpoint: folder === undefined ? undefined : ({ folder } as DividedWork['checkpoint']),
      async *make(indices) {
        calls.push([...indices]);
        await Promise.resolve();
        for (const index of indices) yield { phase: 'Rows', done: index / 2, total: index, unit: 'rows' };
        return indices.map((index) => ({ arrays: { i: Int32Array.of(index) }, work: index }));
      },
      ...changes,
    };
    return { work, calls };
  };
  const made = (work: DividedWork, shard?: Shard, seen: Progress[] = []) =>
    resultOf(divided(work, { signal, shard }), seen);
  const shardOf = async (work: DividedWork, shard: Shard): Promise<unknown> => {
    const error: unknown = await made(work, shard).catch((thrown: unknown) => thrown);
    if (error instanceof ShardDone) return error.made;
    throw error;
  };

  it('in memory is made whole, in order', async () => {
    const { work, calls } = works(undefined);
    const pieces = await made(work);
    expect(calls).toEqual([[0], [1], [2], [3], [4], [5], [6]]);
    expect((await pieces.read(4)).arrays['i']).toEqual(Int32Array.of(4));
  });

  it('by shards is made once, and the run of all makes what no shard has made', async () => {
    const folder = temporaryFolder();
    const { work, calls } = works(folder);
    expect(await shardOf(work, { stage: 'rows', index: 3, count: 3 })).toMatchObject({
      ...{ pieces: 3, made: 3, work: 4 + 5 + 6, unit: 'rows', folder },
    });
    expect(await shardOf(work, { stage: 'rows', index: 1, count: 3 })).toMatchObject({ pieces: 2, made: 2 });
    expect(calls).toEqual([[4], [5], [6], [0], [1]]);
    calls.length = 0;
    const seen: Progress[] = [];
    const pieces = await made(work, undefined, seen);
    expect(calls).toEqual([[2], [3]]);
    expect(seen[0]).toEqual({ phase: 'Rows', done: 16, total: 21, unit: 'rows' });
    expect(seen.at(-1)).toEqual({ phase: 'Rows', done: 21, total: 21, unit: 'rows' });
    expect((await pieces.read(6)).arrays['i']).toEqual(Int32Array.of(6));
    expect(await shardOf(work, { stage: 'rows', index: 2, count: 2 })).toMatchObject({ pieces: 4, made: 0, work: 18 });
    expect(calls).toHaveLength(2);
  });

  it('of another stage than the shard’s is made whole, and goes on', async () => {
    const { work, calls } = works(temporaryFolder());
    await made(work, { stage: 'later', index: 1, count: 2 });
    expect(calls).toHaveLength(7);
  });

  it('makes in one call what may go together, if nothing between is there already', async () => {
    const folder = temporaryFolder();
    const together = (index: number, next: number): boolean => Math.floor(index / 4) === Math.floor(next / 4);
    const { work, calls } = works(folder, { together });
    await shardOf(work, { stage: 'rows', index: 3, count: 7 });
    await made(work);
    expect(calls).toEqual([[2], [0, 1], [3], [4, 5, 6]]);
  });

  it('side by side is the same', async () => {
    const { work } = works(undefined, { atOnce: 3 });
    const pieces = await made(work);
    for (const index of names.keys()) expect((await pieces.read(index)).arrays['i']).toEqual(Int32Array.of(index));
  });

  it('tells how much is to come from what is done, where sizes are not known', async () => {
    const { work } = works(undefined, { sizes: undefined });
    const seen: Progress[] = [];
    await made({ ...work, make: steady }, undefined, seen);
    expect(seen.map(({ done, total }) => [done, total])).toContainEqual([30, 70]);
    expect(seen.at(-1)).toMatchObject({ done: 70, total: 70 });
  });

  it('that fails in a piece keeps those before it', async () => {
    const folder = temporaryFolder();
    const { work } = works(folder);
    let broken = true;
    const failing: DividedWork = {
      ...work,
      make: (indices) => {
        if (broken && indices[0] === 3) throw new Error('piece 3');
        return work.make(indices);
      },
    };
    await expect(made(failing)).rejects.toThrow('piece 3');
    expect(readdirSync(folder)).toHaveLength(3);
    broken = false;
    await made(failing);
    expect(readdirSync(folder)).toHaveLength(7);
  });
});

/** Ten rows each. */
async function* steady(indices: readonly number[]): AsyncGenerator<Progress, readonly Piece[]> {
  await Promise.resolve();
  yield { phase: 'Rows', done: 5, total: 10, unit: 'rows' };
  return indices.map(() => ({ arrays: {}, work: 10 }));
}

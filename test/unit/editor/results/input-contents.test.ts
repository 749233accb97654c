import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakePerson, fakeVscode } from '../fake-vscode';

vi.mock('vscode', () => fakeVscode(new FakePerson()));
const { InputContents } = await import('../../../../src/editor/results/inputContents');
const { outOfDate } = await import('../../../../src/editor/results/outOfDate');
const vscode = await import('vscode');

let home: string;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const input = (name: string, text: string, more = {}) => ({
  ...{ path: join(home, name), role: 'stimuli', bytes: text.length, sha256: sha256(text) },
  ...{ shipped: false, byStudy: false, ...more },
});
/** A result of these inputs, made at `created`. */
const resultOf = (inputs: ReturnType<typeof input>[], created = new Date()) =>
  ({ folder: vscode.Uri.file(join(home, '.brainlens/a')), created, inputs }) as never;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'brainlens-inputs-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));
beforeEach(() => writeFile(join(home, 'words.csv'), 'one'));

describe('inputs of a result', () => {
  it('that are others of the same size and time are seen, once', async () => {
    const contents = new InputContents();
    const result = resultOf([input('words.csv', 'one')]);
    expect(await contents.look([result])).toBe(false);
    expect(contents.reason(result)).toBeUndefined();
    const { atime, mtime } = await stat(join(home, 'words.csv'));
    await writeFile(join(home, 'words.csv'), 'two');
    await utimes(join(home, 'words.csv'), atime, mtime);
    expect(await contents.look([result])).toBe(true);
    expect(contents.reason(result)).toBe('out of date: words.csv has changed');
    expect(await contents.look([result])).toBe(false);
    await writeFile(join(home, 'words.csv'), 'one');
    expect(await contents.look([result])).toBe(true);
    expect(contents.reason(result)).toBeUndefined();
  });

  it('are read once for all results, and again only when they were written', async () => {
    const contents = new InputContents();
    const first = resultOf([input('words.csv', 'one')]);
    const second = { ...(first as object), folder: vscode.Uri.file(join(home, '.brainlens/b')) } as never;
    await Promise.all([contents.look([first, second]), contents.look([first])]);
    await contents.look([first, second]);
    expect(contents.read).toBe(3);
  });

  it('that are large are not read: written later, they may be others', async () => {
    const contents = new InputContents();
    const large = (16 << 20) + 1;
    await writeFile(join(home, 'weights'), '');
    await truncate(join(home, 'weights'), large);
    const weights = { ...input('weights', ''), bytes: large };
    const { mtimeMs } = await stat(join(home, 'weights'));
    const [before, after] = [new Date(mtimeMs - 5000), new Date(mtimeMs + 5000)];
    await contents.look([resultOf([weights], before), resultOf([weights], after)]);
    expect(contents.reason(resultOf([weights], before))).toBe('perhaps out of date: weights was written later');
    expect(contents.reason(resultOf([weights], after))).toBeUndefined();
    expect(contents.read).toBe(0);
  });

  it('of the same study, or shipped, are left to those who know them', async () => {
    const contents = new InputContents();
    const other = { ...input('words.csv', 'two'), byStudy: true };
    const shipped = { ...input('words.csv', 'two'), shipped: true };
    const result = resultOf([other, shipped]);
    expect(await contents.look([result])).toBe(false);
    expect((await outOfDate([resultOf([{ ...other, bytes: 99 }])])).size).toBe(0);
  });

  it('that are gone or of another size are told without reading; a result goes by its folder', async () => {
    const told = async (one: ReturnType<typeof input>) => [...(await outOfDate([resultOf([one])])).values()];
    expect(await told(input('words.csv', 'four'))).toEqual(['out of date: words.csv has changed']);
    expect(await told(input('localize-1/result.json', '{}'))).toEqual(['out of date: localize-1 is gone']);
    expect(await told(input('words.csv', 'one'))).toEqual([]);
  });
});

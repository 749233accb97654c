import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ResultLines } from '../../../src/editor/resultLines';

let home: string;
let folder: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'brainlens-lines-'));
  folder = mkdtempSync(join(home, 'result-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('single lines of a large file', () => {
  test('any line of many, in any order, with characters of several bytes across chunks', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => JSON.stringify({ i, text: 'ü→🙂'.repeat(i % 37) }));
    writeFileSync(join(folder, 'features.jsonl'), `${lines.join('\n')}\n`);
    const reader = new ResultLines(folder);
    for (const i of [0, 19_999, 7, 12_345, 4096]) expect(await reader.read('features.jsonl', i)).toBe(lines[i]);
    expect(await reader.read('features.jsonl', 20_000)).toBeUndefined();
  });

  test('a last line without a break, Windows line ends, an empty line, an empty file', async () => {
    writeFileSync(join(folder, 'odd.jsonl'), '{"a":1}\r\n\nlast');
    const reader = new ResultLines(folder);
    expect(await reader.read('odd.jsonl', 0)).toBe('{"a":1}');
    expect(await reader.read('odd.jsonl', 1)).toBe('');
    expect(await reader.read('odd.jsonl', 2)).toBe('last');
    expect(await reader.read('odd.jsonl', 3)).toBeUndefined();
    writeFileSync(join(folder, 'empty.jsonl'), '');
    expect(await reader.read('empty.jsonl', 0)).toBeUndefined();
  });

  test('a file that is written anew is looked through anew', async () => {
    const path = join(folder, 'changing.jsonl');
    writeFileSync(path, 'one\ntwo\n');
    const reader = new ResultLines(folder);
    expect(await reader.read('changing.jsonl', 1)).toBe('two');
    writeFileSync(path, 'eins\nzwei\n');
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    expect(await reader.read('changing.jsonl', 1)).toBe('zwei');
  });

  test.each(['../secret.jsonl', '/etc/passwd', 'a/b.jsonl', '..jsonl', 'result.json', '.jsonl'])(
    'the name %s is refused',
    async (name) => {
      await expect(new ResultLines(folder).read(name, 0)).rejects.toThrow(/not a file of this result/);
    },
  );

  test('a link out of the folder is not followed', async () => {
    writeFileSync(join(home, 'secret.jsonl'), 'secret\n');
    symlinkSync(join(home, 'secret.jsonl'), join(folder, 'link.jsonl'));
    await expect(new ResultLines(folder).read('link.jsonl', 0)).rejects.toThrow(/link\.jsonl is missing/);
  });

  test('a missing file is said to be missing, with what to do', async () => {
    await expect(new ResultLines(folder).read('gone.jsonl', 0)).rejects.toThrow(
      /gone\.jsonl is missing.*Run the analysis again/,
    );
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FolderView } from '../../../src/yaml/folder-view';

describe('the disk beside a manifest', () => {
  let folder = '';
  let view: FolderView;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'manifest-'));
    mkdirSync(join(folder, 'bold/deep/deeper/deepest'), { recursive: true });
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, '.git/config'), '');
    writeFileSync(join(folder, 'dataset.yaml'), '');
    writeFileSync(join(folder, 'a.csv'), '\ufeffid,"text, ""quoted""", unit \r\n1,2,3\r\n');
    writeFileSync(join(folder, 'a.tsv'), 'id\ttwo words\n');
    writeFileSync(join(folder, 'semicolons.csv'), 'id;rt\n1;2\n');
    writeFileSync(join(folder, 'wide.csv'), `${Array.from({ length: 20_000 }, (_, i) => `unit${i}`).join(',')}\n1\n`);
    writeFileSync(join(folder, 'bold/s01-run1.txt'), '1 2');
    writeFileSync(join(folder, 'bold/deep/deeper/deepest/x.npy'), '');
    view = new FolderView(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('knows files by relative and absolute path, and by pattern', async () => {
    const asked = [
      'a.csv',
      join(folder, 'a.csv'),
      'b.csv',
      'bold/s*-run*.txt',
      'bold/t*.txt',
      'nowhere/*.txt',
      'bold/s01.run*',
    ];
    expect(await Promise.all(asked.map((path) => view.exists(path)))).toEqual([
      true,
      true,
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it('reads the header line: quotes, byte-order mark, line ends, separators', async () => {
    expect(await view.columns('a.csv', undefined)).toEqual(['id', 'text, "quoted"', 'unit']);
    expect(await view.columns('a.tsv', undefined)).toEqual(['id', 'two words']);
    expect(await view.columns('semicolons.csv', 'semicolon')).toEqual(['id', 'rt']);
  });

  it('reads a header that is longer than one block of the file', async () => {
    const columns = await view.columns('wide.csv', undefined);
    expect(columns).toHaveLength(20_000);
    expect(columns?.at(-1)).toBe('unit19999');
  });

  it('says nothing of other formats and of files that are not there', async () => {
    expect(await view.columns('bold/s01-run1.txt', undefined)).toBeUndefined();
    expect(await view.columns('none.csv', undefined)).toBeUndefined();
  });

  it('lists data files, near ones first, without hidden folders', async () => {
    expect(await view.list()).toEqual(['a.csv', 'a.tsv', 'semicolons.csv', 'wide.csv', 'bold/s01-run1.txt']);
  });
});

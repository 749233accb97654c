import { open, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { l10n } from 'vscode';
import { UserError } from '../shared/errors';

const CHUNK = 1 << 20;
const NEWLINE = 10;

interface Index {
  readonly size: number;
  readonly changed: number;
  /** Where each line begins, and the end of the file. */
  readonly starts: Float64Array;
}

/** Reads single lines of large JSON Lines files in one result folder: where lines begin is looked up once per file. */
export class ResultLines {
  private readonly indices = new Map<string, Promise<Index>>();

  /** @param folder path of the result folder */
  constructor(private readonly folder: string) {}

  /**
   * Line `index` (from 0) without its line break; `undefined` where the file ends before it.
   * @param file plain name of a `.jsonl` file of the folder; anything that leads out of it is refused
   * @throws UserError when the name is none, or the file is missing
   */
  async read(file: string, index: number): Promise<string | undefined> {
    const handle = await this.open(file);
    try {
      const { starts } = await this.indexOf(file, handle);
      if (index >= starts.length - 1) return undefined;
      const [from, to] = [starts[index]!, starts[index + 1]!];
      const bytes = Buffer.alloc(to - from);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
      return bytes.toString('utf8', 0, bytesRead).replace(/\r?\n$/, '');
    } finally {
      await handle.close();
    }
  }

  private async open(file: string): Promise<FileHandle> {
    if (!/^[\w-]+(\.[\w-]+)*\.jsonl$/.test(file))
      throw new UserError(
        l10n.t('{0} is not a file of this result', file),
        l10n.t('Details are .jsonl files in the result folder itself.'),
      );
    const path = join(this.folder, file);
    try {
      // A link may lead anywhere.
      if (dirname(await realpath(path)) !== (await realpath(this.folder))) throw new Error('outside');
      return await open(path);
    } catch {
      throw new UserError(l10n.t('{0} is missing from {1}', file, this.folder), l10n.t('Run the analysis again.'));
    }
  }

  /** The file's index, made anew when the file has changed. */
  private async indexOf(file: string, handle: FileHandle): Promise<Index> {
    const { size, mtimeMs: changed } = await handle.stat();
    const known = await this.indices.get(file)?.catch(() => undefined);
    if (known?.size === size && known.changed === changed) return known;
    const made = makeIndex(handle, size, changed);
    this.indices.set(file, made);
    return made;
  }
}

async function makeIndex(handle: FileHandle, size: number, changed: number): Promise<Index> {
  const starts = [0];
  const bytes = Buffer.alloc(Math.min(CHUNK, Math.max(1, size)));
  for (let at = 0; at < size;) {
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
    if (bytesRead === 0) break;
    const part = bytes.subarray(0, bytesRead);
    for (let i = part.indexOf(NEWLINE); i >= 0; i = part.indexOf(NEWLINE, i + 1)) starts.push(at + i + 1);
    at += bytesRead;
  }
  // A last line may lack its line break.
  if (starts.at(-1)! < size) starts.push(size);
  return { size, changed, starts: Float64Array.from(starts) };
}

import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import type { FileView } from './files';

/** A header longer than this is not read. */
const MAX_HEADER = 4 * 1024 * 1024;
const CHUNK = 64 * 1024;
const MAX_FILES = 500;
const MAX_DEPTH = 3;
const IGNORED = /^(\.|node_modules$|__pycache__$)/;
const SEPARATORS: Readonly<Record<string, string>> = { comma: ',', tab: '\t', semicolon: ';' };

/** The disk as seen from a manifest's folder. Only directory entries and first lines are read. */
export class FolderView implements FileView {
  constructor(private readonly folder: string) {}

  async exists(path: string): Promise<boolean> {
    const full = isAbsolute(path) ? path : resolve(this.folder, path);
    if (!path.includes('*')) return (await kindOf(full)) !== undefined;
    const pattern = new RegExp(`^${basename(full).split('*').map(literally).join('.*')}$`);
    try {
      return (await readdir(dirname(full))).some((name) => pattern.test(name));
    } catch {
      return false;
    }
  }

  async columns(path: string, separator: string | undefined): Promise<readonly string[] | undefined> {
    const usual = { '.csv': ',', '.tsv': '\t' }[extname(path).toLowerCase()];
    const between = separator === undefined ? usual : SEPARATORS[separator];
    if (usual === undefined || between === undefined) return undefined;
    const line = await firstLine(resolve(this.folder, path));
    return line === undefined ? undefined : fields(line, between);
  }

  async yaml(path: string): Promise<string | undefined> {
    const full = resolve(this.folder, path);
    if (!/\.ya?ml$/i.test(path)) return undefined;
    try {
      const facts = await stat(full);
      return facts.isFile() && facts.size <= MAX_HEADER ? await readFile(full, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  }

  async list(): Promise<readonly string[]> {
    const found: string[] = [];
    await this.collect('', 0, found);
    return found.sort((a, b) => depth(a) - depth(b) || a.localeCompare(b));
  }

  private async collect(below: string, level: number, found: string[]): Promise<void> {
    const entries = await readdir(join(this.folder, below), { withFileTypes: true }).catch(() => []);
    const kept = entries.filter(({ name }) => !IGNORED.test(name));
    for (const entry of kept) {
      if (found.length >= MAX_FILES) return;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      const kind = entry.isSymbolicLink() ? await kindOf(join(this.folder, path)) : kindOfEntry(entry);
      if (kind === 'file' && !/\.ya?ml$/.test(path)) found.push(path);
      if (kind === 'folder' && level < MAX_DEPTH && !entry.isSymbolicLink()) await this.collect(path, level + 1, found);
    }
  }
}

function kindOfEntry(entry: { isFile(): boolean; isDirectory(): boolean }): 'file' | 'folder' | undefined {
  if (entry.isFile()) return 'file';
  return entry.isDirectory() ? 'folder' : undefined;
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  return stat(path).then(kindOfEntry, () => undefined);
}

/** The first line of a text file that is not blank, without its line end; `undefined` where there is none within bounds. */
async function firstLine(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const chunks: Buffer[] = [];
    for (let read = 0; read < MAX_HEADER;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, read);
      chunks.push(buffer.subarray(0, bytesRead));
      read += bytesRead;
      const text = Buffer.concat(chunks)
        .toString('utf8')
        .replace(/^\ufeff?[\r\n]*/, '');
      const end = endOfRecord(text);
      if (end !== undefined) return text.slice(0, end);
      if (bytesRead === 0) return text === '' ? undefined : text;
    }
    return undefined;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/** Where the first record ends: at a line end outside of quotation marks. */
function endOfRecord(text: string): number | undefined {
  let inside = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '"') inside = !inside;
    else if (!inside && (text[i] === '\n' || text[i] === '\r')) return i;
  }
  return undefined;
}

/** The fields of one record of delimited text; quotation marks hold separators, doubled ones stand for one. */
export function fields(line: string, separator: string): string[] {
  const found: string[] = [];
  let field = '';
  let inside = false;
  for (let i = 0; i < line.length; i++) {
    const letter = line[i]!;
    if (inside && letter === '"' && line[i + 1] === '"') {
      field += '"';
      i++;
    } else if (letter === '"' && (inside || field === '')) inside = !inside;
    else if (!inside && letter === separator) {
      found.push(field.trim());
      field = '';
    } else field += letter;
  }
  return [...found, field.trim()];
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function depth(path: string): number {
  return path.split('/').length;
}

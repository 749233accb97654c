import type { DocumentOptions } from './documents';

/** Which columns of a row hold text and type. */
export interface Columns {
  /** Joined by a blank line, those that a row has. */
  readonly text: readonly string[];
  /** The person named them: they stand for all files together, so a row needs only some. */
  readonly named: boolean;
  readonly type: string | undefined;
}

const PILE_TYPE = 'meta.pile_set_name';

/** The columns that the options name, or the usual ones. */
export function columnsOf({ textColumn, typeColumn }: DocumentOptions): Columns {
  const names = (textColumn ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return { text: names.length > 0 ? names : ['text', 'content'], named: names.length > 0, type: typeColumn };
}

/** The top-level columns that paths begin with, and those whose whole name a path is. */
export function topLevel({ text, type }: Columns): string[] {
  const paths = [...text, type ?? PILE_TYPE];
  return [...new Set(paths.flatMap((path) => [path, path.split('.', 1)[0]!]))];
}

/** The text of a row: of a text itself, of an object its text columns; `undefined` where there is none. */
export function textOfRow(value: unknown, { text, named }: Columns): string | undefined {
  if (typeof value === 'string') return value;
  const found = text.map((path) => textAt(value, path)).filter((part) => part !== undefined);
  return named ? (found.length === 0 ? undefined : found.join('\n\n')) : found[0];
}

/** The type of a row by its column; `undefined` where it has none. */
export function typeOfRow(value: unknown, { type }: Columns): string | undefined {
  const found = valueAt(value, type ?? PILE_TYPE);
  if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean') return undefined;
  const name = String(found).trim();
  return name === '' ? undefined : name;
}

/** Strings of a list, nested ones too, are joined by blanks: sentences of an abstract, turns of a conversation. */
function textAt(row: unknown, path: string): string | undefined {
  const found = valueAt(row, path);
  if (typeof found === 'string') return found;
  if (!Array.isArray(found)) return undefined;
  const strings = (found as unknown[]).flat(Infinity).filter((part): part is string => typeof part === 'string');
  return strings.length === 0 ? undefined : strings.join(' ');
}

/** A path goes through objects, and through the items of a list: `conversations.value`. A column's own name comes first. */
function valueAt(row: unknown, path: string): unknown {
  if (Array.isArray(row)) return (row as unknown[]).map((item) => valueAt(item, path));
  if (typeof row !== 'object' || row === null) return undefined;
  const object = row as Record<string, unknown>;
  if (Object.hasOwn(object, path)) return object[path];
  const dot = path.indexOf('.');
  if (dot < 0 || !Object.hasOwn(object, path.slice(0, dot))) return undefined;
  return valueAt(object[path.slice(0, dot)], path.slice(dot + 1));
}

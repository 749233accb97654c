import { l10n } from 'vscode';
import { isMap, isScalar, isSeq } from 'yaml';
import type { Document } from 'yaml';
import { columnsOf } from './yamlReferences';
import type { FileView } from '../yaml/files';
import { alternatives, constantsOf, schemasAt, typeInWords, typesOf } from '../yaml/schema';
import type { JsonSchema } from '../yaml/schema';
import { entriesOf, findScalar, nodeAt, parseYaml, quoted, spanOf } from '../yaml/syntax';
import type { Path, ScalarPlace, Span } from '../yaml/syntax';

/** One thing to write at the cursor. */
export interface Suggestion {
  readonly kind: 'key' | 'value' | 'file' | 'column' | 'name';
  readonly label: string;
  /** The text of `span` is replaced by it; `$0`, where it is, is where the cursor goes. */
  readonly text: string;
  readonly span: Span;
  readonly detail?: string;
  readonly documentation?: string;
}

/** What a kind of file offers beyond its schema. */
export interface Offers {
  /** Absent: nothing of the disk is offered. */
  readonly files?: FileView;
  /** Whether the value at a path names a file, or a column of one. */
  readonly meaningOf: (path: Path, document: Document) => 'file' | 'column' | undefined;
  /** Names of the document's own that may stand at a path. */
  readonly namesAt?: (path: Path, document: Document) => readonly string[];
}

/** Stands at the cursor while the text is parsed: no word that a person would write. */
const MARK = 'cursor0here0';
const WORD_ENDS = /[\s,{}[\]"'#]/;

/** What is being written: a document in which a mark stands for the word at the cursor. */
interface Spot {
  readonly document: Document;
  readonly place: ScalarPlace;
  /** Of what will be replaced, in the text without the mark. */
  readonly span: Span;
  /** Between quotation marks: what is written needs none of its own. */
  readonly quotes: boolean;
  /** The key at the cursor has its colon already. */
  readonly colon: boolean;
}

/**
 * What may be written at a place: keys that a map lacks, values that a schema lists, files beside the manifest for
 * fields that name files, columns of the named file for fields that name columns.
 * @param root schema of the document
 * @param offset of the cursor, in UTF-16 units
 */
export async function complete(
  text: string,
  offset: number,
  root: JsonSchema,
  { files, meaningOf, namesAt }: Offers,
): Promise<Suggestion[]> {
  const spot = spotAt(text, offset);
  if (spot === undefined) return [];
  if (spot.place.role === 'key') return keys(spot, root);
  const { path } = spot.place;
  const meaning = files === undefined ? undefined : meaningOf(path, spot.document);
  const names = (namesAt?.(path, spot.document) ?? []).map((name) => named('name', name, spot));
  if (meaning === 'file') return [...names, ...(await files!.list()).map((file) => named('file', file, spot))];
  if (meaning === 'column') {
    const columns = (await columnsOf(spot.document, String(path[0]), files!)) ?? [];
    const taken = siblings(spot);
    return columns.filter((column) => !taken.includes(column)).map((column) => named('column', column, spot));
  }
  return [...names, ...values(spot, root)];
}

function keys(spot: Spot, root: JsonSchema): Suggestion[] {
  const map = spot.place.path.slice(0, -1);
  const node = nodeAt(spot.document, map);
  const taken = isMap(node) ? entriesOf(node).map(({ key }) => key) : [];
  const known = new Map(
    schemasAt(root, spot.document, map, String(spot.place.scalar.value)).flatMap(({ properties, required }) =>
      Object.entries(properties ?? {}).map(
        ([key, schema]) => [key, { schema, needed: required?.includes(key) }] as const,
      ),
    ),
  );
  return [...known]
    .filter(([key]) => !taken.includes(key))
    .map(([key, { schema, needed }]) => {
      const types = [...new Set(alternatives(schema, root).flatMap(typesOf))];
      return {
        kind: 'key',
        label: key,
        text: spot.colon ? key : `${key}: ${opening(types)}`,
        span: spot.span,
        detail: [types.map(typeInWords).join(' or '), ...(needed ? [l10n.t('required')] : [])].join(', '),
        ...documented(schema),
      };
    });
}

/** What follows a new key: the brackets of its value, the cursor inside. */
function opening([type]: readonly string[]): string {
  if (type === 'object') return '{ $0 }';
  return type === 'array' ? '[$0]' : '';
}

function values(spot: Spot, root: JsonSchema): Suggestion[] {
  const schemas = schemasAt(root, spot.document, spot.place.path);
  return schemas.flatMap((schema) =>
    constantsOf(schema).map((constant) => {
      const usual = schema.default === constant ? { detail: l10n.t('default') } : {};
      return { ...named('value', String(constant), spot, constant), ...usual, ...documented(schema) };
    }),
  );
}

function named(kind: Suggestion['kind'], name: string, { span, quotes }: Spot, constant: unknown = name): Suggestion {
  const bare = quotes ? JSON.stringify(name).slice(1, -1) : quoted(name);
  return { kind, label: name, text: typeof constant === 'string' ? bare : name, span };
}

function documented({ description }: JsonSchema): Pick<Suggestion, 'documentation'> {
  return description === undefined ? {} : { documentation: description };
}

/** The other items of the list that the cursor is in. */
function siblings({ place: { container } }: Spot): string[] {
  return isSeq(container) ? container.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : [])) : [];
}

function spotAt(text: string, offset: number): Spot | undefined {
  let start = offset;
  while (start > 0 && !WORD_ENDS.test(text[start - 1]!)) start--;
  let end = offset;
  while (end < text.length && !WORD_ENDS.test(text[end]!) && !(text[end] === ':' && /\s|$/.test(text[end + 1] ?? '')))
    end++;
  // Right behind a colon or a bracket that opens nothing there is no word yet.
  if (text.slice(start, offset).endsWith(':') || inComment(text, start)) return undefined;
  const bare = look(text, { start, end }, MARK);
  if (!aloneOnLine(text, start, end)) return bare?.spot;
  // On a line of its own it is most likely a key, which only a colon tells from more of the value before it.
  const key = look(text, { start, end }, `${MARK}:`);
  if (bare === undefined || key === undefined) return (bare ?? key)?.spot;
  const item = bare.spot.place.role === 'value' && isSeq(bare.spot.place.container);
  return bare.errors < key.errors || (bare.errors === key.errors && item) ? bare.spot : key.spot;
}

function look(text: string, { start, end }: Span, mark: string): { spot: Spot; errors: number } | undefined {
  const document = parseYaml(text.slice(0, start) + mark + text.slice(end));
  const place = findScalar(document, (scalar) => String(scalar.value).includes(MARK));
  if (place === undefined) return undefined;
  const whole = spanOf(place.scalar);
  const quotes = place.scalar.type === 'QUOTE_DOUBLE' || place.scalar.type === 'QUOTE_SINGLE';
  const edge = quotes ? 1 : 0;
  // Counted from the end of the word, the mark is as long as what it stands for.
  const grown = MARK.length - (end - start);
  const around = { start: Math.min(whole.start + edge, start), end: Math.max(whole.end - edge - grown, end) };
  const span = text.slice(around.start, around.end).includes('\n') ? { start, end } : around;
  const colon = /^\s*:/.test(text.slice(end + edge));
  return { spot: { document, place: atTop(place), span, quotes, colon }, errors: document.errors.length };
}

/** A word alone in a file is the beginning of its first key. */
function atTop(place: ScalarPlace): ScalarPlace {
  const path: Path = [String(place.scalar.value)];
  return place.path.length === 0 ? { ...place, role: 'key', path } : place;
}

function inComment(text: string, start: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  return /(^|\s)#/.test(line.replace(/"[^"]*"|'[^']*'/g, ''));
}

function aloneOnLine(text: string, start: number, end: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const newline = text.indexOf('\n', end);
  const after = text.slice(end, newline < 0 ? text.length : newline);
  return /^\s*$/.test(before) && /^\s*(#.*)?$/.test(after);
}

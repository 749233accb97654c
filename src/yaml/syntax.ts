import { isAlias, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Document, Node, Pair, Scalar, YAMLMap, YAMLParseError, YAMLSeq } from 'yaml';

/** Offsets into the text in UTF-16 units, as VS Code counts; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** From the top of a document to a value: keys of maps and indices of lists. */
export type Path = readonly (string | number)[];

/** A key of a map with its value; `null` where nothing stands after the colon. */
export interface Entry {
  readonly key: string;
  readonly keyNode: Scalar;
  readonly value: Node | null;
}

/** What is wrong at one place of a document. */
export interface Problem {
  readonly kind: 'syntax' | 'schema' | 'file' | 'column' | 'reference';
  readonly span: Span;
  readonly message: string;
  /** What to write instead of the text of `span`. */
  readonly fix?: { readonly title: string; readonly text: string };
  /** A missing dataset manifest, as the file names it: one can be made from the files in its folder. */
  readonly missingManifest?: string;
  /** A declared model that is not there: only its own runs fail. */
  readonly missingModel?: { readonly name: string; readonly path: string };
}

/** The syntax tree of a YAML text, as far as it can be made out; nothing throws. */
export function parseYaml(text: string): Document {
  return parseDocument(text, { keepSourceTokens: true, prettyErrors: false, logLevel: 'silent' });
}

/** What the parser objects to, one problem per place, at least one character wide; common mistakes in plain words. */
export function syntaxProblems(document: Document, text: string): Problem[] {
  const { length } = text;
  return document.errors.map((error) => {
    const [start, end] = error.pos;
    const from = Math.max(0, Math.min(start, length - 1));
    const span = { start: from, end: Math.max(from + 1, Math.min(end, length)) };
    return { kind: 'syntax', span, message: syntaxMessage(error, text) };
  });
}

/** The parser's objection, in plain words where it is a common one. */
export function syntaxMessage({ code, pos: [start], message }: YAMLParseError, text: string): string {
  const line = lineOf(text, start);
  if (code === 'TAB_AS_INDENT') return `a tab indents line ${line}: write spaces`;
  if (code !== 'DUPLICATE_KEY') return message;
  const { key, first } = duplicateAt(text, start) ?? {};
  return key === undefined ? message : `"${key}" is there twice, first on line ${first}`;
}

/** The key whose second occurrence makes the parser object at an offset, and the line of the first. */
function duplicateAt(text: string, offset: number): { readonly key: string; readonly first: number } | undefined {
  let found: { key: string; first: number } | undefined;
  visit(parseYaml(text), {
    Map(_, { items }) {
      const keys = items.flatMap(({ key }) => (isScalar(key) ? [key] : []));
      const again = keys.find(({ range }) => range?.[0] === offset);
      const first = keys.find(({ value }) => value === again?.value);
      if (again === undefined || first === undefined) return undefined;
      found = { key: String(again.value), first: lineOf(text, first.range![0]) };
      return visit.BREAK;
    },
  });
  return found;
}

/** Where the line of an offset starts. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** Where the line of an offset ends: at its line feed, or at the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

/** The line of an offset, from 1. */
export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Where a node stands, without the space and comments after it. */
export function spanOf(node: Node): Span {
  const [start, end] = node.range ?? [0, 0];
  return { start, end };
}

/** A node itself, or what it stands for where it is an alias. */
export function resolved(node: Node | null | undefined, document: Document): Node | null {
  if (node === null || node === undefined) return null;
  return isAlias(node) ? (node.resolve(document) ?? null) : node;
}

/** The entries of a map whose keys are plain values; a merge key `<<` is none. */
export function entriesOf(map: YAMLMap): Entry[] {
  return (map.items as Pair<unknown, Node | null>[]).flatMap(({ key, value }) => {
    if (!isScalar(key) || key.source === '<<') return [];
    return [{ key: String(key.value), keyNode: key as Scalar, value: value ?? null }];
  });
}

/** The items of a list. */
export function itemsOf(list: YAMLSeq): Node[] {
  return list.items as Node[];
}

/** The map at the top, where there is one. */
export function topMap(document: Document): YAMLMap | undefined {
  const top = resolved(document.contents, document);
  return isMap(top) ? top : undefined;
}

/** The entry of a map under a key. */
export function entryOf(map: YAMLMap, key: string): Entry | undefined {
  return entriesOf(map).find((entry) => entry.key === key);
}

/** The value at a path; `null` where there is none. */
export function nodeAt(document: Document, path: Path): Node | null {
  let node = resolved(document.contents, document);
  for (const step of path) {
    if (isMap(node)) node = resolved(entryOf(node, String(step))?.value, document);
    else if (isSeq(node) && typeof step === 'number') node = resolved(itemsOf(node)[step], document);
    else return null;
  }
  return node;
}

/** A scalar of the document: where it stands, and whether as a key. */
export interface ScalarPlace {
  readonly scalar: Scalar;
  /** Of the key's value, or of the value itself. */
  readonly path: Path;
  readonly role: 'key' | 'value';
  /** What holds the scalar. */
  readonly container: YAMLMap | YAMLSeq | undefined;
}

/** Finds the first scalar, key or value, that `wanted` says yes to, in the order of the text. */
export function findScalar(document: Document, wanted: (scalar: Scalar) => boolean): ScalarPlace | undefined {
  return search(document.contents, [], undefined, wanted);
}

function search(
  node: unknown,
  path: Path,
  container: ScalarPlace['container'],
  wanted: (scalar: Scalar) => boolean,
): ScalarPlace | undefined {
  if (isScalar(node)) return wanted(node) ? { scalar: node, path, role: 'value', container } : undefined;
  if (isSeq(node)) return firstOf(node.items, (item, i) => search(item, [...path, i], node, wanted));
  if (!isMap(node)) return undefined;
  return firstOf(node.items, ({ key, value }) => {
    const below = [...path, isScalar(key) ? String(key.value) : ''];
    if (isScalar(key) && wanted(key)) return { scalar: key, path: below, role: 'key', container: node };
    return search(value, below, node, wanted);
  });
}

function firstOf<T, R>(items: readonly T[], look: (item: T, index: number) => R | undefined): R | undefined {
  for (const [index, item] of items.entries()) {
    const found = look(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

const PLAIN = /^[A-Za-z_][\w./-]*$/;
const NOT_TEXT = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** A text as a YAML scalar that reads as itself in block and flow style. */
export function quoted(text: string): string {
  return PLAIN.test(text) && !NOT_TEXT.test(text) ? text : JSON.stringify(text);
}

import { l10n } from 'vscode';
import { isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node, YAMLMap } from 'yaml';
import { nearest } from '../shared/manifest';
import type { FileView } from '../yaml/files';
import { entryOf, itemsOf, nodeAt, resolved, spanOf, topMap } from '../yaml/syntax';
import type { Path, Problem, Span } from '../yaml/syntax';
import { replacement } from '../yaml/validate';

/** Fields that name columns of the file of their section. */
const COLUMN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  stimuli: ['text', 'id', 'group'],
  responses: ['id', 'columns', 'summary', 'unit', 'value', 'subject', 'repetition', 'run'],
  units: ['id', 'subject', 'x', 'y', 'z', 'covariates', 'labels'],
  ceiling: ['id', 'subject', 'value'],
  words: ['word', 'onset', 'offset', 'run', 'context'],
  nuisance: ['id', 'columns'],
};
const FILE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  stimuli: ['file'],
  responses: ['file', 'files', 'mask'],
  units: ['file'],
  ceiling: ['file'],
  words: ['file'],
  nuisance: ['file', 'files'],
};
/** Sections whose columns lie in the table of the stimuli where they name no file. */
const AT_HOME_IN_STIMULI = ['words', 'nuisance'];

interface Text {
  readonly text: string;
  readonly span: Span;
}

/** A path of a dataset manifest as it is at a place: does the value there name a file, or a column? */
export function meaningOf(path: Path): 'file' | 'column' | undefined {
  const [section, field] = path;
  if (path.length === 1) return section === 'surface' ? 'file' : undefined;
  if (typeof section !== 'string' || typeof field !== 'string') return undefined;
  if (FILE_FIELDS[section]?.includes(field)) return 'file';
  return COLUMN_FIELDS[section]?.includes(field) ? 'column' : undefined;
}

/** What a dataset manifest says that the disk does not hold: missing files, and columns that a file's header lacks. */
export async function referenceProblems(document: Document, files: FileView): Promise<Problem[]> {
  const top = topMap(document);
  if (top === undefined) return [];
  const surface = texts(entryOf(top, 'surface')?.value ?? null, document);
  const named = Object.keys(FILE_FIELDS).flatMap((section) => fileTexts(document, section));
  const absent = await Promise.all([...named, ...surface].map((file) => fileProblem(file, files)));
  const wrong = await Promise.all(
    Object.keys(COLUMN_FIELDS).map((section) => columnProblems(document, section, files)),
  );
  return [...absent, ...wrong].flat();
}

/** The columns that a section of a manifest can name; `undefined` where its files do not say. */
export async function columnsOf(
  document: Document,
  section: string,
  files: FileView,
): Promise<readonly string[] | undefined> {
  const own = sectionMap(document, section);
  const borrowed = AT_HOME_IN_STIMULI.includes(section) && fileTexts(document, section).length === 0;
  const home = borrowed ? 'stimuli' : section;
  const map = borrowed ? sectionMap(document, 'stimuli') : own;
  if (map === undefined) return undefined;
  if (valueOf(map, 'header', document) === false) {
    return home === 'responses' ? undefined : fieldTexts(map, 'columns', document).map(({ text }) => text);
  }
  const separator = valueOf(map, 'separator', document);
  const tables = ['file', 'files'].flatMap((field) => fieldTexts(map, field, document));
  if (tables.length === 0 || tables.some(({ text }) => text.includes('*'))) return undefined;
  const headers = await Promise.all(
    tables.map(({ text }) => files.columns(text, typeof separator === 'string' ? separator : undefined)),
  );
  return headers.includes(undefined) ? undefined : [...new Set(headers.flatMap((header) => header!))];
}

async function fileProblem({ text, span }: Text, files: FileView): Promise<Problem[]> {
  if (text === '' || (await files.exists(text))) return [];
  const there = await files.list();
  const meant = nearest(text, there) ?? there.find((file) => file.split('/').at(-1) === text);
  const hint = meant === undefined ? l10n.t('paths are relative to this file') : l10n.t('did you mean "{0}"?', meant);
  const message = l10n.t('There is no file "{0}"; {1}', text, hint);
  return [{ kind: 'file', span, message, ...replacement(meant) }];
}

async function columnProblems(document: Document, section: string, files: FileView): Promise<Problem[]> {
  const map = sectionMap(document, section);
  if (map === undefined) return [];
  const named = columnFields(map, section).flatMap((field) => fieldTexts(map, field, document));
  if (named.length === 0) return [];
  const columns = await columnsOf(document, section, files);
  if (columns === undefined || columns.length === 0) return [];
  const lacking = named.filter(({ text }) => text !== '' && !columns.includes(text));
  return lacking.map(({ text, span }) => {
    const meant = nearest(text, columns);
    const shown = `${columns.slice(0, 12).join(', ')}${columns.length > 12 ? ', …' : ''}`;
    const hint = meant === undefined ? l10n.t('its columns are {0}', shown) : l10n.t('did you mean "{0}"?', meant);
    const message = l10n.t('The file of {0} has no column "{1}"; {2}', section, text, hint);
    return { kind: 'column' as const, span, message, ...replacement(meant) };
  });
}

/** The fields of a section that name columns as it stands. */
function columnFields(map: YAMLMap, section: string): readonly string[] {
  const fields = COLUMN_FIELDS[section]!;
  if (section !== 'responses') return fields;
  // Several files: subject and run are patterns of their names. A long table: summary names units, not columns.
  const several = entryOf(map, 'files') !== undefined;
  const long = entryOf(map, 'unit') !== undefined;
  return fields.filter(
    (field) => !(several && (field === 'subject' || field === 'run')) && !(long && field === 'summary'),
  );
}

function sectionMap(document: Document, section: string): YAMLMap | undefined {
  const node = nodeAt(document, [section]);
  return isMap(node) ? node : undefined;
}

function fileTexts(document: Document, section: string): Text[] {
  const map = sectionMap(document, section);
  return map === undefined ? [] : FILE_FIELDS[section]!.flatMap((field) => fieldTexts(map, field, document));
}

/** The texts under a key: of a single value, or of a list. */
function fieldTexts(map: YAMLMap, field: string, document: Document): Text[] {
  return texts(entryOf(map, field)?.value ?? null, document);
}

function valueOf(map: YAMLMap, field: string, document: Document): unknown {
  const node = resolved(entryOf(map, field)?.value, document);
  return isScalar(node) ? node.value : undefined;
}

function texts(node: Node | null, document: Document): Text[] {
  const value = resolved(node, document);
  if (isSeq(value)) return itemsOf(value).flatMap((item) => texts(item, document));
  if (!isScalar(value) || typeof value.value !== 'string' || node === null) return [];
  return [{ text: value.value, span: spanOf(node) }];
}

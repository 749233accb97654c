import { z } from 'zod';
import type { Document, YAMLMap } from 'yaml';
import { studyReferenceProblems } from '../study/check';
import { studyMeaningOf, studyNamesAt } from '../study/complete';
import { studySchema } from '../study/schema';
import { manifestProblems, manifestSchema } from '../shared/manifest';
import { complete } from './yamlComplete';
import type { Offers, Suggestion } from './yamlComplete';
import { explain } from './yamlHover';
import type { Explanation } from './yamlHover';
import { meaningOf, referenceProblems } from './yamlReferences';
import type { FileView } from '../yaml/files';
import { withLookalikes } from '../yaml/lookalikes';
import type { JsonSchema } from '../yaml/schema';
import { entryOf, nodeAt, parseYaml, spanOf, syntaxProblems, topMap } from '../yaml/syntax';
import type { Path, Problem } from '../yaml/syntax';
import { schemaProblems } from '../yaml/validate';

/** One kind of YAML file that Brainlens knows. */
export interface YamlKind {
  /** Whether a file is of this kind. @param name without its folder */
  readonly is: (name: string, document: Document) => boolean;
  readonly schema: JsonSchema;
  /** What is wrong although the schema holds. */
  readonly beyond: (value: unknown) => readonly { readonly path: Path; readonly message: string }[];
  /** What the file says of the disk that does not hold. */
  readonly references: (document: Document, files: FileView) => Promise<Problem[]>;
  /** Whether the value at a path names a file, or a column of one. */
  readonly meaningOf: Offers['meaningOf'];
  readonly namesAt?: Offers['namesAt'];
}

/** Brain datasets: `*.dataset.yaml`, and a `dataset.yaml` that names responses and what they are responses to. */
export const datasetKind: YamlKind = {
  is: isDatasetManifest,
  schema: z.toJSONSchema(manifestSchema, { io: 'input', target: 'draft-7' }) as JsonSchema,
  beyond: (value) => {
    const manifest = manifestSchema.safeParse(value);
    return manifest.success ? manifestProblems(manifest.data) : [];
  },
  references: referenceProblems,
  meaningOf,
};

/** Studies: `*.study.yaml`, and a `study.yaml` that names analyses. */
export const studyKind: YamlKind = {
  is: isStudy,
  schema: studySchema,
  beyond: () => [],
  references: studyReferenceProblems,
  meaningOf: studyMeaningOf,
  namesAt: studyNamesAt,
};

const kinds: readonly YamlKind[] = [datasetKind, studyKind];

/** Whether a YAML file is a study. @param name without its folder */
export function isStudy(name: string, document: Document): boolean {
  const top = topMap(document);
  const named = top !== undefined && entryOf(top, 'analyses') !== undefined;
  return name.endsWith('.study.yaml') || (name === 'study.yaml' && named);
}

/**
 * Whether a YAML file is a dataset manifest: by its name, where that is telling, else by name and content.
 * @param name without its folder
 */
export function isDatasetManifest(name: string, document: Document): boolean {
  return name.endsWith('.dataset.yaml') || (name === 'dataset.yaml' && looksLikeDataset(topMap(document)));
}

function looksLikeDataset(top: YAMLMap | undefined): boolean {
  const has = (key: string): boolean => top !== undefined && entryOf(top, key) !== undefined;
  return has('responses') && (has('stimuli') || has('words'));
}

/** What another extension already gives for YAML files with a schema: then we keep to what it cannot know. */
export interface Duplicates {
  readonly schema: boolean;
}

/**
 * Everything wrong with a file: syntax, schema, settings that exclude each other, missing files and columns.
 * @param name of the file, without its folder; decides the kind together with the content
 * @returns `undefined` for a file of no kind that we know
 */
export async function diagnose(
  text: string,
  name: string,
  files: FileView,
  others: Duplicates,
): Promise<Problem[] | undefined> {
  const document = parseYaml(text);
  const kind = kindOf(name, document);
  if (kind === undefined) return undefined;
  const syntax = syntaxProblems(document, text);
  const schema = syntax.length > 0 ? [] : schemaProblems(document, kind.schema);
  const beyond = syntax.length + schema.length > 0 ? [] : beyondSchema(document, kind);
  const references = await kind.references(document, files);
  return withLookalikes(text, [...(others.schema ? [] : [...syntax, ...schema]), ...beyond, ...references]);
}

/** What may be written at an offset of a file. */
export async function suggest(
  text: string,
  name: string,
  offset: number,
  files: FileView,
  others: Duplicates,
): Promise<Suggestion[]> {
  const kind = kindOf(name, parseYaml(text));
  if (kind === undefined) return [];
  const { schema, meaningOf: meaning, namesAt } = kind;
  const all = await complete(text, offset, schema, { files, meaningOf: meaning, ...(namesAt && { namesAt }) });
  return others.schema ? all.filter(({ kind: what }) => ['file', 'column', 'name'].includes(what)) : all;
}

/** What there is to say of the word at an offset of a file. */
export function describeAt(text: string, name: string, offset: number, others: Duplicates): Explanation | undefined {
  if (others.schema) return undefined;
  const kind = kindOf(name, parseYaml(text));
  return kind && explain(text, offset, kind.schema);
}

function kindOf(name: string, document: Document): YamlKind | undefined {
  return kinds.find(({ is }) => is(name, document));
}

function beyondSchema(document: Document, kind: YamlKind): Problem[] {
  return kind.beyond(document.toJS({ maxAliasCount: 100 })).map(({ path, message }) => ({
    kind: 'schema',
    span: placeOf(document, path),
    message: `"${path.join('.')}": ${message}`,
  }));
}

/** The key that a path leads to, or the nearest one above that stands in the file. */
function placeOf(document: Document, path: Path): Problem['span'] {
  for (let length = path.length; length > 0; length--) {
    const holder = nodeAt(document, path.slice(0, length - 1));
    const entry =
      holder !== null && 'items' in holder ? entryOf(holder as YAMLMap, String(path[length - 1])) : undefined;
    if (entry !== undefined) return spanOf(entry.keyNode);
  }
  return { start: 0, end: 1 };
}

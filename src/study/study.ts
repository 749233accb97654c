import { isMap, isScalar, isSeq } from 'yaml';
import type { Document, Node } from 'yaml';
import { resultsFolderOf } from '../shared/results-folder';
import { entriesOf, entryOf, itemsOf, nodeAt, resolved, spanOf } from '../yaml/syntax';
import type { Span } from '../yaml/syntax';
import { slurmSettingsOf } from './slurm';
import type { SlurmSettings } from './slurm';

/** Sections whose entries may be named in analyses. */
export const SECTIONS = { models: 'model', datasets: 'dataset', saes: 'sae' } as const;
/** What a name of a study stands for. */
export type NameKind = (typeof SECTIONS)[keyof typeof SECTIONS] | 'analysis';

/** A model, dataset or SAE of a study. */
export interface Declared {
  readonly kind: NameKind;
  readonly name: string;
  readonly nameSpan: Span;
  /** As the file has it: relative to its folder, or absolute. */
  readonly path: string;
  readonly pathSpan: Span;
  /** Of a model. */
  readonly family?: string;
}

/** A value as it was written, and where. */
export interface Written {
  readonly value: unknown;
  readonly span: Span;
}

/** A setting of an analysis. */
export interface StudyField {
  readonly key: string;
  readonly keySpan: Span;
  /** The items of a list, or the one value. */
  readonly items: readonly Written[];
  readonly list: boolean;
}

/** A named analysis of a study. */
export interface StudyAnalysis {
  readonly name: string;
  readonly nameSpan: Span;
  /** Its verb: `align`. */
  readonly verb: string;
  readonly fields: readonly StudyField[];
}

/** The common options of a study; what it leaves out is left to the command line or the editor. */
export interface StudySettings {
  readonly seed?: number;
  readonly threads?: number;
  readonly memory?: string | number;
  readonly executor?: 'auto' | 'resident' | 'streaming';
}

/** A study file as it was written; entries that are not of the form that the schema asks for are left out. */
export interface Study {
  readonly name?: string;
  /** Folder of results, below the workspace folder. */
  readonly results?: string;
  readonly declared: readonly Declared[];
  readonly settings: StudySettings;
  /** How it asks a cluster; what it leaves out is left to the settings. */
  readonly slurm: SlurmSettings;
  readonly analyses: readonly StudyAnalysis[];
}

const SUFFIX = /(?:\.study)?\.ya?ml$/i;

/** What a study is called in folders: its file's name without `.study.yaml`. @param file without its folder */
export function studyNameOf(file: string): string {
  return file.replace(SUFFIX, '') || 'study';
}

/** What a YAML document says as a study. */
export function studyOf(document: Document): Study {
  const name = nodeAt(document, ['name']);
  const settings = nodeAt(document, ['settings']);
  const slurm = nodeAt(document, ['slurm']);
  const results = resultsOf(document);
  return {
    ...(isScalar(name) && typeof name.value === 'string' ? { name: name.value } : {}),
    ...(results !== undefined && { results }),
    declared: (Object.keys(SECTIONS) as (keyof typeof SECTIONS)[]).flatMap((section) => declaredIn(document, section)),
    settings: isMap(settings) ? (settings.toJS(document) as StudySettings) : {},
    slurm: isMap(slurm) ? slurmSettingsOf(slurm.toJS(document)) : {},
    analyses: entriesIn(document, 'analyses').flatMap(({ key, keyNode, value }) => {
      const map = resolved(value, document);
      if (!isMap(map)) return [];
      const verb = resolved(entryOf(map, 'analysis')?.value, document);
      if (!isScalar(verb) || typeof verb.value !== 'string') return [];
      const fields = entriesOf(map).flatMap((entry): StudyField[] => {
        if (entry.key === 'analysis') return [];
        const { items, list } = written(entry.value, document);
        return [{ key: entry.key, keySpan: spanOf(entry.keyNode), items, list }];
      });
      return [{ name: key, nameSpan: spanOf(keyNode), verb: verb.value, fields }];
    }),
  };
}

/** The folder of results that a study names, below the workspace folder. */
export function resultsOf(document: Document): string | undefined {
  const results = resolved(nodeAt(document, ['results']), document);
  return isScalar(results) && typeof results.value === 'string' ? resultsFolderOf(results.value) : undefined;
}

function declaredIn(document: Document, section: keyof typeof SECTIONS): Declared[] {
  return entriesIn(document, section).flatMap(({ key, keyNode, value }) => {
    const node = resolved(value, document);
    const path = resolved(isMap(node) ? entryOf(node, 'path')?.value : node, document);
    const family = isMap(node) ? resolved(entryOf(node, 'family')?.value, document) : null;
    if (!isScalar(path) || typeof path.value !== 'string') return [];
    return [
      {
        kind: SECTIONS[section],
        name: key,
        nameSpan: spanOf(keyNode),
        path: path.value,
        pathSpan: spanOf(path),
        ...(isScalar(family) && typeof family.value === 'string' ? { family: family.value } : {}),
      },
    ];
  });
}

function entriesIn(document: Document, section: string): ReturnType<typeof entriesOf> {
  const node = nodeAt(document, [section]);
  return isMap(node) ? entriesOf(node) : [];
}

function written(raw: Node | null, document: Document): Pick<StudyField, 'items' | 'list'> {
  const node = resolved(raw, document);
  const one = (item: Node | null): Written[] => {
    const at = resolved(item, document);
    return isScalar(at) ? [{ value: at.value, span: spanOf(item ?? at) }] : [];
  };
  return isSeq(node) ? { items: itemsOf(node).flatMap(one), list: true } : { items: one(raw), list: false };
}

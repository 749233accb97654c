import { isMap, isScalar } from 'yaml';
import type { Document } from 'yaml';
import { entryOf, nodeAt } from '../yaml/syntax';
import type { Path } from '../yaml/syntax';
import { analysisOf, isList } from './fields';
import { ALL, takes } from './references';
import { SECTIONS, studyOf } from './study';

/** Whether the value at a path of a study names a file. */
export function studyMeaningOf(path: Path, document: Document): 'file' | undefined {
  const [section, , field] = path;
  if (String(section) in SECTIONS && (path.length === 2 || (section === 'models' && field === 'path'))) return 'file';
  return isPathField(path, document) ? 'file' : undefined;
}

/** Names of a study that may stand at a path of it. */
export function studyNamesAt(path: Path, document: Document): readonly string[] {
  if (!isPathField(path, document)) return [];
  const [, own, field] = path.map(String);
  const { declared, analyses } = studyOf(document);
  const names = declared.filter(({ kind }) => takes(kind, field!)).map(({ name }) => name);
  const others = field === 'dataset' ? [] : analyses.filter(({ name }) => name !== own).map(({ name }) => name);
  if (field !== 'model') return [...names, ...others];
  const { verb } = analyses.find(({ name }) => name === own) ?? { verb: '' };
  const spec = analysisOf(verb);
  // A model is no result, but activations that were kept may stand for one in a list.
  return names.length === 0 ? [] : [...names, ALL, ...(spec && isList(spec, 'model') ? others : [])];
}

function isPathField([section, name, field]: Path, document: Document): boolean {
  if (section !== 'analyses' || typeof name !== 'string' || typeof field !== 'string') return false;
  const map = nodeAt(document, [section, name]);
  const verb = isMap(map) ? entryOf(map, 'analysis')?.value : null;
  const spec = isScalar(verb) ? analysisOf(String(verb.value)) : undefined;
  return spec?.paths.includes(field) === true;
}

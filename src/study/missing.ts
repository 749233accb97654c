import { isAbsolute, normalize } from 'node:path';
import { nearest } from '../shared/manifest';
import type { FileView } from '../yaml/files';
import { entriesOf, parseYaml, topMap } from '../yaml/syntax';
import type { Problem } from '../yaml/syntax';
import { replacement } from '../yaml/validate';
import { analysisOf, isList, isPath } from './fields';
import { ALL, takes } from './references';
import type { Declared, NameKind, Study, StudyAnalysis } from './study';

interface PathText {
  readonly text: string;
  readonly span: Problem['span'];
  readonly field: string;
  /** Of a declared one. */
  readonly name?: string;
}

const KINDS: Readonly<Record<NameKind, string>> = {
  model: 'model',
  dataset: 'dataset',
  sae: 'sparse autoencoder',
  analysis: 'analysis',
};

/** Files that a study names and that are not there, and names of the study that are files too. */
export async function fileProblems(study: Study, files: FileView): Promise<Problem[]> {
  const names = namesOf(study);
  const texts = study.analyses.flatMap(pathsOf);
  const named = texts.filter(({ text }) => names.has(text.split('/')[0]!));
  const paths = texts.filter((path) => !named.includes(path) && !(path.text === ALL && path.field === 'model'));
  const declared = study.declared.map((one) => ({
    ...{ text: one.path, span: one.pathSpan, field: one.kind, name: one.name },
  }));
  const absent = await Promise.all([...declared, ...paths].map((path) => missing(path, names, files)));
  const shadowing = await Promise.all(named.map((path) => shadowed(path, study, files)));
  const datasets = [...declared, ...paths].filter(({ field }) => field === 'dataset');
  const others = await Promise.all(datasets.map((path) => noManifest(path, files)));
  return [...absent, ...shadowing, ...others].flat();
}

/** A YAML file that is there and cannot be a dataset manifest. */
async function noManifest({ text, span }: PathText, files: FileView): Promise<Problem[]> {
  const yaml = await files.yaml?.(text);
  if (yaml === undefined) return [];
  const top = topMap(parseYaml(yaml));
  const keys = new Set(top && entriesOf(top).map(({ key }) => key));
  if (['stimuli', 'words', 'responses'].some((key) => keys.has(key))) return [];
  const what = keys.has('analyses') ? 'this is a study file, not a dataset manifest' : 'this is no dataset manifest';
  const remedy = keys.has('analyses') ? '' : ': it has neither stimuli nor responses';
  return [{ kind: 'file', span, message: `"${text}": ${what}${remedy}` }];
}

function pathsOf({ verb, fields }: StudyAnalysis): PathText[] {
  const spec = analysisOf(verb);
  if (spec === undefined) return [];
  return fields.flatMap(({ key, items }) =>
    items.flatMap(({ value, span }) => (isPath(spec, key, value) ? [{ text: value, span, field: key }] : [])),
  );
}

/** Names that may stand for a path: of sections and analyses, and of single runs on a model. */
function namesOf({ declared, analyses }: Study): Map<string, Declared | undefined> {
  const names = new Map<string, Declared | undefined>(declared.map((one) => [one.name, one]));
  for (const { name, verb } of analyses) {
    names.set(name, undefined);
    const spec = analysisOf(verb);
    if (spec === undefined || isList(spec, 'model')) continue;
    for (const { kind, name: model } of declared) if (kind === 'model') names.set(`${name}-${model}`, undefined);
  }
  return names;
}

async function missing(
  { text, span, field, name }: PathText,
  names: ReadonlyMap<string, Declared | undefined>,
  files: FileView,
): Promise<Problem[]> {
  if (text === '' || (await files.exists(text))) return [];
  const there = await files.list();
  // A section declares files, an analysis takes what its setting may be.
  const fitting = [...names].flatMap(([one, declared]) =>
    name === undefined && takes(declared?.kind ?? 'analysis', field) ? [one] : [],
  );
  const meant = nearest(text, [...fitting, ...there]) ?? there.find((file) => file.split('/').at(-1) === text);
  const hint =
    meant === undefined
      ? 'it is no name of this study, and paths are relative to it'
      : `did you mean ${fitting.includes(meant) ? `the ${KINDS[names.get(meant)?.kind ?? 'analysis']} ` : ''}"${meant}"?`;
  const message = `There is no file "${text}"; ${hint}`;
  const made = field === 'dataset' && /\.ya?ml$/.test(text) ? { missingManifest: text } : {};
  const lost = field === 'model' && name !== undefined ? { missingModel: { name, path: text } } : {};
  return [{ kind: 'file', span, message, ...replacement(meant), ...made, ...lost }];
}

/** A name wins over a file, but not in silence; where it stands for what lies there, nothing is hidden. */
async function shadowed({ text, span }: PathText, { declared }: Study, files: FileView): Promise<Problem[]> {
  const head = text.split('/')[0]!;
  const behind = declared.find(({ name }) => name === head)?.path;
  const inside = behind !== undefined && !isAbsolute(behind) && normalize(behind).split(/[\\/]/)[0] === head;
  if (inside || !(await files.exists(head))) return [];
  const message = `"${head}" is a name of this study and also a file beside it: rename one of them, or write "./${text}" for the file`;
  return [{ kind: 'reference', span, message, ...replacement(`./${text}`) }];
}

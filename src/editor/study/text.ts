import { l10n } from 'vscode';
import { stringify } from 'yaml';
import { nameOfModel } from '../../shared/model-name';

/** What a study of several models on one dataset is made of. */
export interface StudyParts {
  readonly name: string;
  /** As the study writes them: relative to its folder, or absolute. */
  readonly models: readonly string[];
  readonly dataset: string;
  /** Absent: best layers are held against nothing. */
  readonly covariate?: string;
  /** Whether a file beside the study has this name: the study may not use it then. */
  readonly taken: (name: string) => boolean;
}

/** What a study calls its alignments and its dataset. */
const ENCODING = 'encoding';
const RECORDINGS = 'recordings';
/** Names that stand for something else in it. */
const RESERVED = ['all', RECORDINGS, ENCODING, 'hierarchy', 'similarity'];

/** A study file: every model aligned with the dataset, their hierarchies, and the similarity of their layers. */
export function studyText({ name, models, dataset, covariate, taken }: StudyParts): string {
  const [encoding, recordings] = [free(ENCODING, taken), free(RECORDINGS, taken)];
  const hierarchy = { analysis: 'hierarchy', alignment: encoding, covariate };
  return stringify({
    name,
    models: Object.fromEntries(distinctNames(models).map((own, i) => [own, models[i]])),
    datasets: { [recordings]: dataset },
    analyses: {
      [encoding]: { analysis: 'align', model: 'all', dataset: recordings },
      ...(covariate !== undefined && { hierarchy }),
      similarity: { analysis: 'similarity', model: 'all', dataset: recordings },
    },
  });
}

/** What is wrong with a name that is to be a file's and a folder's; `undefined` where nothing is. */
export function nameProblem(name: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return undefined;
  return l10n.t('Letters, digits, dots, hyphens and underscores, a letter or digit first');
}

/** Names of models as a study may have them, each once whatever its case: by their folders or files. */
export function distinctNames(paths: readonly string[]): string[] {
  const taken = new Set<string>();
  return paths.map((path) => {
    const plain = nameOfModel(path)
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '');
    const stem = plain === '' || RESERVED.includes(plain.toLowerCase()) ? `model-${plain}`.replace(/-$/, '') : plain;
    let name = stem;
    for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${stem}-${n}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** A name that no file beside the study has. */
function free(name: string, taken: (name: string) => boolean): string {
  let own = name;
  for (let n = 2; taken(own); n += 1) own = `${name}-of-study-${n}`;
  return own;
}

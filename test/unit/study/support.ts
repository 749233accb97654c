import { checkStudy } from '../../../src/study/check';
import type { CheckedStudy } from '../../../src/study/check';
import { lineOf } from '../../../src/yaml/syntax';
import { disk } from '../editor/yaml-world';

export const place = { folder: '/lab/studies', workspace: '/lab', name: 'three' };

/** Files beside the study of these tests. */
export const FILES = {
  'm/smol': undefined,
  'm/pythia': undefined,
  'speech/dataset.yaml': undefined,
  'tasks.jsonl': undefined,
  'sentences.csv': ['sentence'],
};
const files = disk(FILES);

export const TEXT = `models:
  smol: m/smol
  pythia: { path: m/pythia, family: pythia }
datasets: { speech: speech/dataset.yaml }
settings: { seed: 7 }
analyses:
  hierarchy: { analysis: hierarchy, alignment: encoding, covariate: distance, tasks: silence }
  language: { analysis: localize, model: all, fraction: 0.02 }
  silence: { analysis: ablate, model: all, units: language, tasks: tasks.jsonl }
  encoding: { analysis: align, model: [smol, pythia], dataset: speech, units: language }
  maps: { analysis: similarity, model: all, stimuli: sentences.csv }
`;

export function read(text = TEXT, view = files): Promise<CheckedStudy> {
  return checkStudy(text, place, view);
}

/** "line: message" of everything wrong with a study. */
export async function wrong(text: string): Promise<string[]> {
  return (await read(text)).problems.map(({ span, message }) => `${lineOf(text, span.start)}: ${message}`);
}

import { nameOfModel } from '../shared/model-name';
import type { Problem } from '../yaml/syntax';
import { propertiesOf } from './fields';
import type { Draft } from './plan';
import type { Declared, Study } from './study';

/** `model=family` of the models of a study, for an analysis that holds models against benchmarks; else none. */
export function familiesOf(draft: Draft, { declared }: Study): string[] {
  if (!takesFamilies(draft)) return [];
  const told = declared.flatMap(({ path, family }) => (family === undefined ? [] : [`${nameOfModel(path)}=${family}`]));
  return [...new Set(told)];
}

/** Models of one name in results and of different families: which is of which could not be told. */
export function familyProblems({ declared }: Study, drafts: readonly Draft[]): Problem[] {
  if (!drafts.some(takesFamilies)) return [];
  const known = new Map<string, Declared>();
  return declared.flatMap((model): Problem[] => {
    if (model.kind !== 'model') return [];
    const name = nameOfModel(model.path);
    const other = known.get(name);
    known.set(name, other ?? model);
    if (other === undefined || other.family === model.family) return [];
    const message = `"${other.name}" and "${model.name}" are both called ${name} in results and are not of one family: rename the folder of one`;
    return [{ kind: 'reference', span: model.pathSpan, message }];
  });
}

function takesFamilies({ spec, analysis: { fields } }: Draft): boolean {
  const benchmarks = fields.some(({ key }) => key === 'tasks' || key === 'benchmarks');
  return benchmarks && propertiesOf(spec)['families'] !== undefined && !fields.some(({ key }) => key === 'families');
}

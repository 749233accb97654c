import { nearest } from '../shared/manifest';
import type { Problem } from '../yaml/syntax';
import { replacement } from '../yaml/validate';
import type { Draft } from './plan';
import { ALL } from './references';
import { namePattern } from './schema';
import type { Study } from './study';

/** Names that are taken twice, mean something else, or cannot be folders; models that are not declared. */
export function nameProblems(study: Study, drafts: readonly Draft[]): Problem[] {
  return [...misnamed(study), ...twice(study, drafts), ...unknownModels(study, drafts)];
}

function misnamed(study: Study): Problem[] {
  return namesOf(study).flatMap(({ name, span }): Problem[] => {
    if (name === ALL)
      return [{ kind: 'reference', span, message: `"${ALL}" stands for all models: choose another name` }];
    if (namePattern.test(name)) return [];
    const message = `"${name}" is no name: write letters, digits, dots, dashes and underscores, a letter or digit first`;
    return [{ kind: 'reference', span, message }];
  });
}

/** On disks that know no case `Smol` and `smol` are one folder. */
function twice(study: Study, drafts: readonly Draft[]): Problem[] {
  const taken = new Map<string, string>();
  const found: Problem[] = [];
  const take = (name: string, what: string, span: Problem['span']): void => {
    const other = taken.get(name.toLowerCase());
    if (other === undefined) taken.set(name.toLowerCase(), what);
    else if (other !== what) {
      found.push({ kind: 'reference', span, message: `"${name}" is ${other} already: choose another name` });
    }
  };
  for (const { name, kind, span } of namesOf(study))
    take(name, `the name of a${kind === 'analysis' ? 'n' : ''} ${kind}`, span);
  for (const { id, label, several, analysis } of drafts) if (several) take(id, `the run ${label}`, analysis.nameSpan);
  return found;
}

function unknownModels(study: Study, drafts: readonly Draft[]): Problem[] {
  const models = study.declared.filter(({ kind }) => kind === 'model').map(({ name }) => name);
  const several = new Set(drafts.filter((draft) => draft.several).map(({ analysis }) => analysis));
  const unknown = [...several].flatMap(({ fields }) =>
    (fields.find(({ key }) => key === 'model')?.items ?? [])
      .filter(({ value }) => value !== ALL && !models.includes(String(value)))
      .map(({ value, span }): Problem => {
        const meant = nearest(String(value), models);
        const hint = meant === undefined ? 'declare it under models' : `did you mean "${meant}"?`;
        return {
          kind: 'reference',
          span,
          message: `There is no model "${String(value)}"; ${hint}`,
          ...replacement(meant),
        };
      }),
  );
  return [...unknown, ...(models.length > 0 ? [] : noModels(study))];
}

function noModels(study: Study): Problem[] {
  return study.analyses.flatMap(({ fields }) =>
    fields
      .filter(({ key, items }) => key === 'model' && items.some(({ value }) => value === ALL))
      .map(({ items }) => ({
        kind: 'reference' as const,
        span: items[0]!.span,
        message: `"${ALL}" stands for all models, and none is declared: add them under models`,
      })),
  );
}

function namesOf(study: Study): { readonly name: string; readonly kind: string; readonly span: Problem['span'] }[] {
  return [
    ...study.declared.map(({ name, kind, nameSpan }) => ({ name, kind: kind as string, span: nameSpan })),
    ...study.analyses.map(({ name, nameSpan }) => ({ name, kind: 'analysis', span: nameSpan })),
  ];
}

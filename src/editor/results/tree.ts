/** How results are put in order for the view. Pure: no VS Code. */

/** The part of a result that its place in the tree depends on. */
export interface Listed {
  readonly title: string;
  readonly summary: string;
  readonly created: Date;
  readonly study?: string;
  readonly models: readonly string[];
  /** Name of its folder. */
  readonly name: string;
}

/** Results that belong together, newest first. */
export interface ResultGroup<T extends Listed> {
  readonly kind: 'study' | 'model' | 'several' | 'none';
  readonly label: string;
  readonly results: readonly T[];
}

const SEVERAL = 'Several models';
const NONE = 'Without a model';

/**
 * Results by study, those of no study by model; groups with the newest result come first, studies before models.
 * @param filter words, all of which must occur in title, summary, name, study or models; empty: everything
 */
export function groupsOf<T extends Listed>(results: readonly T[], filter: string): ResultGroup<T>[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const groups = new Map<string, { kind: ResultGroup<T>['kind']; label: string; results: T[] }>();
  for (const result of results.toSorted((a, b) => b.created.getTime() - a.created.getTime())) {
    if (!words.every((word) => textOf(result).includes(word))) continue;
    const place = groupOf(result);
    const key = `${place.kind} ${place.label}`;
    const group = groups.get(key) ?? { ...place, results: [] };
    group.results.push(result);
    groups.set(key, group);
  }
  return [...groups.values()].toSorted((a, b) => Number(b.kind === 'study') - Number(a.kind === 'study'));
}

function groupOf({ study, models }: Listed): { kind: ResultGroup<Listed>['kind']; label: string } {
  if (study !== undefined) return { kind: 'study', label: study };
  if (models.length > 1) return { kind: 'several', label: SEVERAL };
  const [model] = models;
  return model === undefined ? { kind: 'none', label: NONE } : { kind: 'model', label: model };
}

function textOf({ title, summary, name, study = '', models }: Listed): string {
  return [title, summary, name, study, ...models].join(' ').toLowerCase();
}

import type { StudyRun } from './plan';

/**
 * Runs in an order in which each comes after those that it needs: of those that could be next the one of the earliest
 * model, what belongs to no single model last, else as the study has them.
 * @param models names in the order of the study
 */
export function inOrder(runs: readonly StudyRun[], models: readonly string[]): StudyRun[] {
  const rank = ({ model }: StudyRun): number => (model === undefined ? models.length : models.indexOf(model));
  const left = new Set(runs);
  const done = new Set<string>();
  const ordered: StudyRun[] = [];
  while (left.size > 0) {
    const ready = [...left].filter(({ needs }) => needs.every(({ run }) => done.has(run)));
    const next = ready.reduce((first, run) => (rank(run) < rank(first) ? run : first), ready[0]!);
    left.delete(next);
    done.add(next.id);
    ordered.push(next);
  }
  return ordered;
}

/** A run with all that it needs, and what these need, in the order of the plan. */
export function withNeeds(runs: readonly StudyRun[], wanted: (run: StudyRun) => boolean): StudyRun[] {
  const needed = new Set<string>();
  for (const run of [...runs].reverse()) {
    if (!wanted(run) && !needed.has(run.id)) continue;
    needed.add(run.id);
    for (const need of run.needs) needed.add(need.run);
  }
  return runs.filter(({ id }) => needed.has(id));
}

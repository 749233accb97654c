import { settingIssue } from '../shared/analysis';
import type { StudyRun } from './plan';
import { asSettings } from './settings';

/** A declared model that is not there. */
export interface LostModel {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** One line: where it is declared, and what is wrong. */
  readonly message: string;
}

/**
 * The runs of a study some of whose models are not there: those on such a model cannot be made, and lists of models go on
 * without it, where the rest is enough.
 */
export function withoutModels(runs: readonly StudyRun[], lost: readonly LostModel[]): readonly StudyRun[] {
  return lost.length === 0 ? runs : runs.map((run) => without(run, lost));
}

function without(run: StudyRun, lost: readonly LostModel[]): StudyRun {
  const own = lost.find(({ name }) => name === run.model);
  if (own !== undefined) return { ...run, fault: own.message };
  const models = run.input['model'];
  if (!Array.isArray(models)) return run;
  const gone = lost.filter(({ path }) => models.includes(path));
  if (gone.length === 0) return run;
  const input = { ...run.input, model: models.filter((model) => !gone.some(({ path }) => path === model)) };
  const issue = settingIssue(run.spec, input);
  if (issue === undefined) return { ...run, input, without: gone.map(({ name }) => name) };
  const why = asSettings(`${issue.field} ${issue.message}`, run);
  return { ...run, fault: `${gone.map(({ message }) => message).join('; ')}, and without it ${why}` };
}

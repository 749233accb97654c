import { settingIssue } from '../shared/analysis';
import type { Problem } from '../yaml/syntax';
import type { Draft, StudyRun } from './plan';

/**
 * What the analyses themselves say of their settings: those that exclude or need each other. What the schema of studies
 * says of single values is left to it.
 * @param runs made from `drafts`, in their order
 */
export function settingProblems(drafts: readonly Draft[], runs: readonly StudyRun[]): Problem[] {
  return runs.flatMap((run, i) => {
    const issue = settingIssue(run.spec, run.input);
    if (issue === undefined) return [];
    const { fields, nameSpan } = drafts[i]!.analysis;
    const place = fields.find(({ key }) => key === issue.field);
    const message = asSettings(`"${issue.field}" ${issue.message}`, run);
    return [{ kind: 'reference' as const, span: place?.keySpan ?? nameSpan, message }];
  });
}

/** Messages of specs speak of flags; a study has the settings themselves. */
export function asSettings(message: string, { spec }: Pick<StudyRun, 'spec'>): string {
  return message
    .replace(/--[a-z]+(?:-[a-z]+)*/g, (flag) =>
      flag.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    )
    .replaceAll(`brainlens ${spec.id} --help`, `its settings`);
}

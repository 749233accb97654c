import { flagOf, settingIssue } from '../shared/analysis';
import type { Problem } from '../yaml/syntax';
import { propertiesOf } from './fields';
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

/** Options of every verb that a study has in `settings`. */
const COMMON = ['seed', 'threads', 'memory', 'executor'];
/** A command line in a message, which stays one, or a flag. */
const FLAG = /\bbrainlens [a-z]+(?: [a-z]+)* --[^.;]*|--[a-z][a-z0-9]*(?:-[a-z0-9]+)*/g;

/**
 * Messages of analyses speak of flags; a study has the settings themselves: `--block-tokens` → `blockTokens`. Flags that
 * stand for no setting stay.
 * @param nameOf what a common option is called, where it is not as in studies
 */
export function asSettings(
  message: string,
  { spec }: Pick<StudyRun, 'spec'>,
  nameOf: (common: string) => string = (common) => common,
): string {
  const fields = Object.keys(propertiesOf(spec));
  return message.replaceAll(`brainlens ${spec.id} --help`, 'its settings').replace(FLAG, (flag) => {
    const field = fields.find((one) => flagOf(one) === flag);
    const common = COMMON.find((one) => flagOf(one) === flag);
    return field ?? (common === undefined ? flag : nameOf(common));
  });
}

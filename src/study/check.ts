import { isMap, isScalar } from 'yaml';
import type { Document } from 'yaml';
import type { FileView } from '../yaml/files';
import { withLookalikes } from '../yaml/lookalikes';
import { entriesOf, nodeAt, parseYaml, spanOf, syntaxProblems, topMap } from '../yaml/syntax';
import type { Problem } from '../yaml/syntax';
import { schemaProblems } from '../yaml/validate';
import { fileProblems } from './missing';
import { planStudy } from './plan';
import type { StudyPlace, StudyPlan } from './plan';
import { studySchema } from './schema';
import { studyOf } from './study';
import type { Study } from './study';

/** A study file that was read, with everything wrong with it; the plan is to be used only where nothing is. */
export interface CheckedStudy {
  readonly study: Study;
  readonly plan: StudyPlan;
  readonly problems: readonly Problem[];
}

/**
 * Reads a study file and plans its runs.
 * @param files the disk as seen from the folder of the file
 */
export async function checkStudy(text: string, place: StudyPlace, files: FileView): Promise<CheckedStudy> {
  const document = parseYaml(text);
  const syntax = syntaxProblems(document, text);
  const schema = syntax.length > 0 ? [] : formProblems(document);
  const study = studyOf(document);
  const { plan, problems } = planStudy(study, place);
  const form = [...syntax, ...schema];
  const all = form.length > 0 ? form : await withFiles(problems, study, files);
  return { study, plan, problems: withLookalikes(text, all).sort((a, b) => a.span.start - b.span.start) };
}

/** What is wrong with the names and files of a study, whatever its form. @param document of a study file */
export async function studyReferenceProblems(document: Document, files: FileView): Promise<Problem[]> {
  const study = studyOf(document);
  const place = { folder: '/', workspace: '/', name: 'study' };
  const wellFormed = document.errors.length === 0 && schemaProblems(document, studySchema).length === 0;
  const { problems } = wellFormed ? planStudy(study, place) : { problems: [] };
  return withFiles(problems, study, files);
}

/** What is wrong with the form; a study that asks for nothing is told so, in place of what the schema says of it. */
function formProblems(document: Document): Problem[] {
  const problems = schemaProblems(document, studySchema);
  const top = topMap(document);
  const entry = top && entriesOf(top).find(({ key }) => key === 'analyses');
  const node = nodeAt(document, ['analyses']);
  const empty = node === null || (isScalar(node) && node.value === null) || (isMap(node) && node.items.length === 0);
  const mistyped = problems.some(({ fix }) => fix?.text === 'analyses');
  const other = document.contents !== null && top === undefined;
  if (!empty || mistyped || other) return problems;
  const span = entry === undefined ? { start: 0, end: 1 } : spanOf(entry.keyNode);
  const none: Problem = { kind: 'schema', span, message: 'the study has no analyses: add one under analyses:' };
  return [none, ...problems.filter((problem) => problem.span.start !== span.start)];
}

/** A name of which something else is wrong is no missing file, too. */
async function withFiles(problems: readonly Problem[], study: Study, files: FileView): Promise<Problem[]> {
  const said = new Set(problems.map(({ span }) => span.start));
  return [...problems, ...(await fileProblems(study, files)).filter(({ span }) => !said.has(span.start))];
}

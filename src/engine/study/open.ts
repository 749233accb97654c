import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { UserError } from '../../shared/errors';
import { checkStudy } from '../../study/check';
import { withoutModels } from '../../study/faults';
import type { StudyPlace, StudyPlan } from '../../study/plan';
import type { SlurmSettings } from '../../study/slurm';
import { studyNameOf } from '../../study/study';
import type { StudySettings } from '../../study/study';
import { FolderView } from '../../yaml/folder-view';
import { lineOf } from '../../yaml/syntax';
import type { Span } from '../../yaml/syntax';

/** A study that can run. */
export interface OpenedStudy {
  /** Absolute. */
  readonly file: string;
  readonly plan: StudyPlan;
  readonly settings: StudySettings;
  readonly slurm: SlurmSettings;
}

/**
 * Reads a study file and plans its runs.
 * @param path the file
 * @param workspace where results go, in `<results>/<study>`
 * @param folders the folder of results where the study names none, and the one that holds whatever it says
 * @returns the plan, in which the runs on a declared model that is not there say so
 * @throws UserError for the first other thing wrong, with its line, and how many more there are (these in `more`); where a
 *   file lies in the place of the folder of results
 */
export async function openStudy(
  path: string,
  workspace: string,
  folders: Pick<StudyPlace, 'results' | 'typedResults'> = {},
): Promise<OpenedStudy> {
  const file = resolve(workspace, path);
  const text = await readStudy(file);
  const folder = dirname(file);
  const place = { ...folders, folder, workspace, name: studyNameOf(basename(file)) };
  const { study, plan, problems } = await checkStudy(text, place, new FolderView(folder));
  const inLine = (message: string, { start }: Span): string => `${path}, line ${lineOf(text, start)}: ${message}`;
  const lost = problems.flatMap(({ missingModel, message, span }) =>
    missingModel === undefined
      ? []
      : [{ name: missingModel.name, path: resolve(folder, missingModel.path), message: inLine(message, span) }],
  );
  const [first, ...more] = problems.filter(({ missingModel }) => missingModel === undefined);
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` (and ${more.length} more: line ${linesOf(text, more).join(', ')})`;
    const rest = more.map(({ message, span }) => inLine(message, span));
    throw new UserError(`${inLine(first.message, first.span)}${others}`, undefined, rest);
  }
  await checkPlace(plan, workspace);
  return {
    file,
    plan: { ...plan, runs: withoutModels(plan.runs, lost) },
    settings: study.settings,
    slurm: study.slurm,
  };
}

async function readStudy(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new UserError(`${file} does not exist`, 'Name a study file, such as my.study.yaml.');
    if (code === 'EISDIR')
      throw new UserError(`${file} is a folder, not a study file`, 'Name a study file, such as my.study.yaml.');
    throw new UserError(`${file} cannot be read (${String(code)})`, 'Name a study file, such as my.study.yaml.');
  }
}

function linesOf(text: string, problems: readonly { readonly span: { readonly start: number } }[]): number[] {
  return [...new Set(problems.map(({ span }) => lineOf(text, span.start)))];
}

/** A file in the place of the folder of results would stop every run: it is found before the first. */
async function checkPlace({ runs }: StudyPlan, workspace: string): Promise<void> {
  const [first] = runs;
  if (first === undefined) return;
  const steps = relative(workspace, dirname(first.out)).split(/[\\/]/);
  for (let length = 1; length <= steps.length; length++) {
    const place = steps.slice(0, length).join('/');
    const facts = await stat(resolve(workspace, place)).catch(() => undefined);
    if (facts === undefined) return;
    if (!facts.isDirectory())
      throw new UserError(`${place} is a file, not a folder: change results: or --results, or move it away`);
  }
}

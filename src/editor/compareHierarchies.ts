import { l10n } from 'vscode';
import type { Uri } from 'vscode';
import { runAndOpen } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { askAlignments, askCovariate } from './alignmentChoice';
import type { ChosenAlignment, Covariate } from './alignmentChoice';
import { askBenchmarks } from './benchmarkChoice';
import type { Benchmarks } from './benchmarkChoice';
import { resultPlace } from './resultPlace';
import { readSettings } from './settings';
import { askSteps } from './steps';
import type { Answer } from './steps';

const ANALYSIS = 'hierarchy';
const TITLE = l10n.t('Compare Alignments of Models');

/**
 * Asks for results of `align`, a covariate of their units and benchmarks, and runs `hierarchy` on them.
 * @param picked alignments that are chosen at first: result folders
 */
export async function compareHierarchies(picked: readonly Uri[], parts: CommandParts): Promise<void> {
  const answers = await ask(picked, parts);
  if (answers === undefined) return;
  const [alignments, { covariate, table }, benchmarks] = answers;
  const place = await resultPlace(ANALYSIS, alignments[0]!.folder, new Date());
  if (place === undefined) return;
  const spec = {
    alignment: alignments.map(({ folder }) => folder.fsPath),
    covariate,
    ...(table && { table: table.fsPath }),
    ...(benchmarks.kind === 'table' && { benchmarks: benchmarks.file.fsPath }),
    ...(benchmarks.kind === 'tasks' && { tasks: benchmarks.folders.map(({ fsPath }) => fsPath) }),
  };
  const { cacheFolder } = parts.engine;
  const run = { ...place, ...readSettings(), cacheFolder, force: false, unique: true, seed: 0 };
  await runAndOpen(l10n.t('Comparing alignments of models'), { job: { analysis: ANALYSIS, spec, ...run } }, parts);
}

async function ask(
  picked: readonly Uri[],
  { results }: CommandParts,
): Promise<readonly [readonly ChosenAlignment[], Covariate, Benchmarks] | undefined> {
  let alignments: readonly ChosenAlignment[] = [];
  return askSteps<[readonly ChosenAlignment[], Covariate, Benchmarks]>([
    async (place) => {
      const folders = alignments.length > 0 ? alignments.map(({ folder }) => folder) : picked;
      const answer = await askAlignments(TITLE, place, results, folders);
      if (answer?.kind === 'chosen') alignments = answer.value;
      return answer;
    },
    (place) => askCovariate(TITLE, place, alignments),
    (place) => benchmarksFor(alignments, () => askBenchmarks(TITLE, place, alignments, results)),
  ]);
}

/** One model is held against nothing. */
async function benchmarksFor(
  alignments: readonly ChosenAlignment[],
  question: () => Promise<Answer<Benchmarks>>,
): Promise<Answer<Benchmarks>> {
  return alignments.length > 1 ? question() : { kind: 'chosen', value: { kind: 'none' } };
}

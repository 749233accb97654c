import type { Uri } from 'vscode';
import { l10n, window, workspace } from 'vscode';
import { guarded } from './analysisRun';
import type { CommandParts } from './analysisRun';
import { compareEverything } from './compareEverything';
import { compareHierarchies } from './compareHierarchies';
import { compareLayers } from './compareLayers';
import { measureContext } from './contextCommand';
import { mayRun } from './modelChoice';
import { looksLikeModel } from './modelFolders';
import { askModels } from './modelsChoice';
import { basename, parent } from './paths';

const TITLE = l10n.t('Compare Models');

type Comparison = 'alignments' | 'layers' | 'everything' | 'context';

/**
 * *Brainlens: Compare Models…*: results of alignment against a covariate and benchmarks, layers of models on the same
 * stimuli, a study of both, or scores by length of context.
 * @param selected models, or result.json files of alignments; none from the palette
 */
export async function compareModels(selected: readonly Uri[], parts: CommandParts): Promise<void> {
  await guarded(parts.log, async () => {
    if (!(await mayRun(workspace.isTrusted))) return;
    const alignments = selected.filter((uri) => basename(uri) === 'result.json').map(parent);
    if (alignments.length > 0) return compareHierarchies(alignments, parts);
    const fits = await Promise.all(selected.map(looksLikeModel));
    const models = selected.filter((_, i) => fits[i]);
    const comparison = await askComparison(models, parts);
    if (comparison === 'alignments') return compareHierarchies([], parts);
    if (comparison === 'context') return measureContext(models[0], parts);
    const chosen = comparison && (await twoOrMore(models, parts));
    if (chosen === undefined) return;
    if (comparison === 'layers') await compareLayers(chosen, parts);
    else await compareEverything(chosen, parts);
  });
}

/** Only what can be run is offered. */
async function askComparison(models: readonly Uri[], parts: CommandParts): Promise<Comparison | undefined> {
  const known = (await parts.models.list()).length;
  const alignments = (await parts.results.list('align')).length;
  const items: { readonly label: string; readonly detail: string; readonly comparison: Comparison }[] = [];
  const layers = {
    label: `$(table) ${l10n.t('Layers on the Same Stimuli')}`,
    detail: l10n.t('Similarity of every layer with every other, best matches, a tree and a map of the models'),
    comparison: 'layers',
  } as const;
  const everything = {
    label: `$(beaker) ${l10n.t('Models on Brain Data, Everything')}`,
    detail: l10n.t(
      'A study: every model aligned with the same recordings, their hierarchies, the similarity of their layers',
    ),
    comparison: 'everything',
  } as const;
  if (models.length > 1) items.push(layers, everything);
  if (alignments > 0) {
    items.push({
      label: `$(pulse) ${l10n.t('Results of Alignment')}`,
      detail: l10n.t(
        'Best layers against a distance or a latency, brain scores against benchmarks; results in this workspace: {0}',
        alignments,
      ),
      comparison: 'alignments',
    });
  }
  if (models.length <= 1 && known > 1) items.push(layers, everything);
  if (models.length <= 1 && known > 0) {
    items.push({
      label: `$(symbol-string) ${l10n.t('Context Curves of One Model')}`,
      detail: l10n.t('Scores of its layers by how many tokens before a word it reads'),
      comparison: 'context',
    });
  }
  const placeHolder = l10n.t('What shall be compared?');
  return (await window.showQuickPick(items, { title: TITLE, placeHolder, ignoreFocusOut: true }))?.comparison;
}

/** Several selected in the Explorer are taken as they are. */
async function twoOrMore(models: readonly Uri[], parts: CommandParts): Promise<readonly Uri[] | undefined> {
  if (models.length > 1) return models;
  const answer = await askModels(TITLE, { step: 1, steps: 1 }, parts.models, models);
  return answer?.kind === 'chosen' ? answer.value : undefined;
}

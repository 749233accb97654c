import { l10n } from 'vscode';
import type { AnalysisSpec } from '../shared/analysis';

/** What an analysis is called in lists of results: its title without the ellipsis, in the language of the editor. */
export function titleOf({ id, title }: Pick<AnalysisSpec, 'id' | 'title'>): string {
  switch (id) {
    case 'localize':
      return l10n.t('Localize Language Units');
    case 'ablate':
      return l10n.t('Ablate Units');
    case 'compare':
      return l10n.t('Compare Networks');
    case 'align':
      return l10n.t('Align with Brain Data');
    case 'galaxy':
      return l10n.t('Measure the Concept Galaxy');
    case 'crystals':
      return l10n.t('Find Concept Crystals');
    case 'lobes':
      return l10n.t('Map SAE Lobes');
    case 'sae train':
      return l10n.t('Train SAE');
    case 'hierarchy':
      return l10n.t('Compare Models');
    case 'context':
      return l10n.t('Measure Context');
    case 'similarity':
      return l10n.t('Compare Layers of Models');
    default:
      return title.replace(/…$/, '');
  }
}

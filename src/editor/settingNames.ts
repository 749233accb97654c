import { catalog } from '../analyses/catalog';
import { asSettings } from '../study/settings';

/**
 * What an analysis says of its flags, in the editor's words: `--block-tokens` is the setting `blockTokens` of the analysis,
 * `--memory` the setting `brainlens.memory`.
 * @param id the analysis
 */
export function asEditorSettings(message: string, id: string): string {
  const spec = catalog.find((analysis) => analysis.id === id);
  return spec === undefined ? message : asSettings(message, { spec }, nameInEditor);
}

/** The seed is asked for nowhere: it is the study's or 0. */
function nameInEditor(common: string): string {
  return common === 'seed' ? common : `brainlens.${common}`;
}

import { l10n, Uri, ViewColumn, window } from 'vscode';
import type { Disposable, LogOutputChannel } from 'vscode';
import { readFigures, readResult } from '../../engine/store';
import { comparisonFigures, MOST_COMPARED } from '../../shared/compare-results';
import type { Compared } from '../../shared/compare-results';
import { messageOf, UserError } from '../../shared/errors';
import { fromWebviewSchema } from '../../shared/protocol';
import type { FromWebview, ToWebview } from '../../shared/protocol';
import { saveAllCsv, saveCsv, saveFigure } from '../exports';
import { resultHtml } from '../resultHtml';
import type { ListedResult } from './view';

/**
 * Shows results of one analysis side by side: their curves in one plot, the numbers and settings that differ.
 * @param assets the built panel
 * @throws UserError for fewer than two results, too many, or results of different analyses
 */
export async function openComparison(
  results: readonly ListedResult[],
  assets: Uri,
  log: LogOutputChannel,
): Promise<Disposable> {
  const [first] = results;
  if (first === undefined || results.length < 2)
    throw new UserError(
      l10n.t('A comparison needs two results'),
      l10n.t('Select two or more with Ctrl (on a Mac: Cmd) and a click.'),
    );
  if (results.length > MOST_COMPARED)
    throw new UserError(
      l10n.t('{0} results cannot be told apart in one plot', results.length),
      l10n.t('Select at most {0}.', MOST_COMPARED),
    );
  const other = results.find(({ analysis }) => analysis !== first.analysis);
  if (other !== undefined)
    throw new UserError(
      l10n.t('{0} is a result of {1}, {2} one of {3}', first.name, first.analysis, other.name, other.analysis),
      l10n.t('Select results of one analysis.'),
    );
  const compared = await Promise.all(results.map(comparedOf));
  const title = l10n.t('{0}: {1} results', first.title, results.length);
  const message: ToWebview = {
    type: 'comparison',
    title,
    summary: compared.map(({ name, result }) => `${name}: ${result.summary}`).join(' — '),
    figures: { schema: 'brainlens/figures@1', figures: comparisonFigures(compared) },
  };
  return showPanel(title, message, first.folder, assets, log);
}

async function comparedOf({ folder, name }: ListedResult): Promise<Compared> {
  const [result, { figures }] = await Promise.all([readResult(folder.fsPath), readFigures(folder.fsPath)]);
  return { name, result, figures };
}

function showPanel(title: string, message: ToWebview, home: Uri, assets: Uri, log: LogOutputChannel): Disposable {
  const options = { enableScripts: true, localResourceRoots: [assets] };
  const view = window.createWebviewPanel('brainlens.comparison', title, ViewColumn.Active, options);
  view.iconPath = Uri.joinPath(assets, '..', '..', 'media', 'icon.png');
  const answer = async (asked: FromWebview): Promise<void> => {
    if (asked.type === 'ready') await view.webview.postMessage(message);
    if (asked.type === 'saveFigure') await saveFigure(home, asked);
    if (asked.type === 'saveCsv') await saveCsv(home, asked);
    if (asked.type === 'saveAllCsv') await saveAllCsv(home, asked);
    if (asked.type === 'problem') log.error(`Panel: ${asked.message}`);
  };
  view.webview.onDidReceiveMessage((raw: unknown) => {
    const asked = fromWebviewSchema.safeParse(raw).data;
    if (asked === undefined) return;
    answer(asked).catch((error: unknown) => void window.showErrorMessage(`Brainlens: ${messageOf(error)}`));
  });
  view.webview.html = resultHtml(view.webview, assets);
  return view;
}

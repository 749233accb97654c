import { commands, Disposable, RelativePattern, Uri, window, workspace } from 'vscode';
import type { CustomDocument, CustomReadonlyEditorProvider, LogOutputChannel, WebviewPanel } from 'vscode';
import { RESULTS_FOLDER } from '../shared/results-folder';
import { parent } from './paths';
import type { ResultPanel } from './resultPanel';

/** View type of the custom editor on result.json in a result folder. */
export const RESULT_EDITOR = 'brainlens.result';
/** View type of the same editor, for a result.json anywhere else; chosen by *Open With…*. */
export const RESULT_ELSEWHERE = 'brainlens.resultElsewhere';

const REFRESH_MS = 200;

/** Shows result folders in a webview, read-only; knows which one the person is looking at. */
export class ResultEditor implements CustomReadonlyEditorProvider, Disposable {
  private readonly panels = new Set<ResultPanel>();
  private readonly registrations: Disposable[];

  constructor(
    private readonly extensionUri: Uri,
    private readonly log: LogOutputChannel,
  ) {
    const onActive = (id: string, act: (panel: ResultPanel) => Promise<void>): Disposable =>
      commands.registerCommand(`brainlens.${id}`, async () => {
        const panel = this.activePanel();
        if (panel !== undefined) await panel.attempt(() => act(panel));
      });
    this.registrations = [
      ...[RESULT_EDITOR, RESULT_ELSEWHERE].map((viewType) =>
        window.registerCustomEditorProvider(viewType, this, { supportsMultipleEditorsPerDocument: true }),
      ),
      onActive('openReport', (panel) => panel.openReport()),
      onActive('copySnippet', (panel) => panel.copySnippet()),
      onActive('revealArrays', (panel) => panel.revealArrays()),
    ];
  }

  /** The file itself is read when the panel asks for it, so that a broken one is said in the panel. */
  openCustomDocument(uri: Uri): CustomDocument {
    return { uri, dispose: () => undefined };
  }

  /** Fills a panel and keeps it in step with the files of its folder. */
  async resolveCustomEditor(document: CustomDocument, view: WebviewPanel): Promise<void> {
    const { ResultPanel, resultHtml } = await import('./onDemand');
    const assets = Uri.joinPath(this.extensionUri, 'dist', 'webview');
    const panel = new ResultPanel(parent(document.uri), view, assets, this.log);
    this.panels.add(panel);
    view.webview.options = { enableScripts: true, localResourceRoots: [assets] };
    view.webview.html = resultHtml(view.webview, assets);
    const watching = watch(parent(document.uri), () => void panel.show());
    view.onDidDispose(() => {
      watching.dispose();
      this.panels.delete(panel);
    });
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
  }

  private activePanel(): ResultPanel | undefined {
    const panels = [...this.panels];
    return panels.find(({ active }) => active) ?? panels.find(({ visible }) => visible);
  }
}

/** Opens a result in its panel, wherever it lies. */
export async function openResultPanel(folder: Uri): Promise<void> {
  const viewType = folder.path.includes(`/${RESULTS_FOLDER}/`) ? RESULT_EDITOR : RESULT_ELSEWHERE;
  await commands.executeCommand('vscode.openWith', Uri.joinPath(folder, 'result.json'), viewType, { preview: false });
}

/** A run replaces a folder in several steps: calls back once they have settled. */
function watch(folder: Uri, changed: () => void): Disposable {
  const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, '{result,figures}.json'));
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, REFRESH_MS);
  };
  watcher.onDidCreate(soon);
  watcher.onDidChange(soon);
  watcher.onDidDelete(soon);
  return new Disposable(() => {
    clearTimeout(timer);
    watcher.dispose();
  });
}

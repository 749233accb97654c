import { commands, env, l10n, Uri, window, workspace } from 'vscode';
import type { LogOutputChannel, WebviewPanel } from 'vscode';
import { catalog } from '../analyses/catalog';
import { messageOf, UserError } from '../shared/errors';
import { fromWebviewSchema } from '../shared/protocol';
import type { FromWebview, ToWebview } from '../shared/protocol';
import { checkSchemaKnown } from '../shared/result';
import { numpySnippet } from '../shared/snippet';
import { readFigures, readResult } from '../engine/store';
import { saveAllCsv, saveCsv, saveFigure } from './exports';
import { openReport } from './report';
import { arrayFiles, float32Buffer, readArray } from './resultArrays';
import { ResultLines } from './resultLines';

/** One open result: answers the messages of its webview and the commands of its title bar. */
export class ResultPanel {
  private readonly lines: ResultLines;

  constructor(
    private readonly folder: Uri,
    private readonly view: WebviewPanel,
    private readonly assets: Uri,
    private readonly log: LogOutputChannel,
  ) {
    this.lines = new ResultLines(folder.fsPath);
    view.webview.onDidReceiveMessage((raw: unknown) => {
      const parsed = fromWebviewSchema.safeParse(raw);
      if (parsed.success) void this.attempt(() => this.answer(parsed.data));
      else log.error(`The panel sent a message that was not understood: ${messageOf(parsed.error)}`);
    });
  }

  get active(): boolean {
    return this.view.active;
  }

  get visible(): boolean {
    return this.view.visible;
  }

  /** Sends the result as it lies on disk now, or what is wrong with it. */
  async show(): Promise<void> {
    try {
      const [result, figures] = await Promise.all([readResult(this.folder.fsPath), readFigures(this.folder.fsPath)]);
      checkSchemaKnown(result, 'result.json', catalog);
      await this.send({ type: 'result', result, figures, folder: this.folder.fsPath });
    } catch (error) {
      if (!(error instanceof UserError)) this.log.error(error instanceof Error ? error : String(error));
      await this.send({ type: 'error', message: messageOf(error) });
    }
  }

  /** Runs an action of the panel; a failure becomes an error message. */
  async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.log.error(error instanceof Error && !(error instanceof UserError) ? error : messageOf(error));
      void window.showErrorMessage(`Brainlens: ${messageOf(error)}`);
    }
  }

  /** Writes report.html into the folder and opens it. */
  async openReport(): Promise<void> {
    await openReport(this.folder, this.assets);
  }

  /** Puts Python code that loads the result on the clipboard. */
  async copySnippet(): Promise<void> {
    const result = await readResult(this.folder.fsPath);
    await this.copy(numpySnippet(result, this.folder.fsPath, await arrayFiles(this.folder)), l10n.t('NumPy snippet'));
  }

  /** Shows the folder's arrays in the Explorer, or in the system's file manager when it lies outside the workspace. */
  async revealArrays(): Promise<void> {
    const [first] = await arrayFiles(this.folder);
    const target = Uri.joinPath(this.folder, first ?? 'result.json');
    await commands.executeCommand(insideWorkspace(target) ? 'revealInExplorer' : 'revealFileInOS', target);
  }

  private async answer(message: FromWebview): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.show();
      case 'requestArray':
        return this.sendArray(message.file);
      case 'requestLine':
        return this.sendLine(message.file, message.index);
      case 'saveFigure':
        return saveFigure(this.folder, message);
      case 'saveCsv':
        return saveCsv(this.folder, message);
      case 'saveAllCsv':
        return saveAllCsv(this.folder, message);
      case 'copy':
        return this.copy(message.text, message.what);
      case 'openReport':
        return this.openReport();
      case 'revealArrays':
        return this.revealArrays();
      case 'cancel':
      case 'drawn':
        return;
      case 'problem':
        this.log.error(`Panel: ${message.message}`);
    }
  }

  private async sendArray(file: string): Promise<void> {
    try {
      const array = await readArray(this.folder, file);
      await this.send({ type: 'array', file, data: float32Buffer(array), shape: array.shape });
    } catch (error) {
      this.log.warn(messageOf(error));
      await this.send({ type: 'arrayMissing', file, message: messageOf(error) });
    }
  }

  private async sendLine(file: string, index: number): Promise<void> {
    const text = await this.lines.read(file, index).catch((error: unknown) => {
      this.log.warn(messageOf(error));
      return undefined;
    });
    await this.send({ type: 'line', file, index, text });
  }

  private async copy(text: string, what: string): Promise<void> {
    await env.clipboard.writeText(text);
    window.setStatusBarMessage(l10n.t('Copied: {0}', what), 3000);
  }

  private async send(message: ToWebview): Promise<void> {
    await this.view.webview.postMessage(message);
  }
}

function insideWorkspace(uri: Uri): boolean {
  return workspace.getWorkspaceFolder(uri) !== undefined;
}

import { Uri, window } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { registerLocalize } from './editor/localizeCommand';
import { ModelFolders } from './editor/modelFolders';
import { ResultEditor } from './editor/resultEditor';
import { EngineClient } from './engine/client';

/** Builds the parts and connects them. Nothing is computed, read or started here. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Brainlens', { log: true });
  const engine = new EngineClient({
    entry: Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath,
    log: (line) => log.info(line),
  });
  const models = new ModelFolders(log);
  const cacheFolder = context.globalStorageUri.fsPath;
  context.subscriptions.push(
    log,
    engine,
    models,
    new ResultEditor(context.extensionUri, log),
    registerLocalize({ engine, models, log, cacheFolder }),
  );
}

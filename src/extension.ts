import { window } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { registerCommands } from './editor/commands';
import { Engine } from './editor/engine';
import { ModelFolders } from './editor/modelFolders';
import { ResultEditor } from './editor/resultEditor';
import { SaeFolders } from './editor/saeFolders';
import { WordDatasets } from './editor/wordDatasets';
import { WorkspaceResults } from './editor/workspaceResults';
import { YamlLanguage } from './editor/yamlLanguage';

/** Builds the parts and connects them. Nothing is computed, read or started here. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Brainlens', { log: true });
  const engine = new Engine(context, log);
  const models = new ModelFolders(log);
  const results = new WorkspaceResults(log);
  const saes = new SaeFolders(log);
  const panels = new ResultEditor(context.extensionUri, log);
  const yaml = new YamlLanguage(log);
  const wordDatasets = new WordDatasets(log);
  const commands = registerCommands({ engine, models, results, saes, log });
  context.subscriptions.push(log, engine, models, results, saes, panels, yaml, wordDatasets, commands);
}

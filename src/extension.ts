import { window } from 'vscode';
import type { ExtensionContext } from 'vscode';
import { registerCommands, registerStart } from './editor/commands';
import { AfterStart } from './editor/afterStart';
import { Engine } from './editor/engine';
import { ModelFolders } from './editor/modelFolders';
import { ResultEditor } from './editor/resultEditor';
import { ResultLibrary } from './editor/resultLibrary';
import { SaeFolders } from './editor/saeFolders';
import { WordDatasets } from './editor/wordDatasets';
import { WorkspaceResults } from './editor/workspaceResults';
import { YamlLanguage } from './editor/yamlLanguage';

/** Builds the parts and connects them. Nothing is computed, read or started here. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Brainlens', { log: true });
  const engine = new Engine(context, log);
  const models = new ModelFolders(log);
  const library = new ResultLibrary(log);
  const results = new WorkspaceResults(library, log);
  const saes = new SaeFolders(log);
  const panels = new ResultEditor(context.extensionUri, log);
  const yaml = new YamlLanguage(log);
  const wordDatasets = new WordDatasets(log);
  const parts = { engine, models, results, saes, log };
  const commands = registerCommands(parts);
  const start = registerStart(engine, context.secrets, log);
  const late = new AfterStart(async () => {
    const { lateParts } = await import('./editor/onDemand');
    return lateParts(library, parts);
  }, log);
  context.subscriptions.push(
    log,
    engine,
    models,
    results,
    saes,
    panels,
    yaml,
    wordDatasets,
    library,
    commands,
    start,
    late,
  );
}

import { workspace } from 'vscode';
import type { LogOutputChannel, Uri } from 'vscode';
import { basename } from './paths';
import { filesLike, WatchedFolders } from './watchedFolders';

const PATTERN = '**/{dataset,*.dataset}.yaml';
const IGNORED = '**/{node_modules,.git,.brainlens,.venv}/**';

/** Knows the dataset manifests of the workspace whose rows are words or scans, for the Explorer's menu. */
export class WordDatasets extends WatchedFolders {
  constructor(log: LogOutputChannel) {
    super(
      {
        name: 'Datasets of words',
        contextKey: 'brainlens.wordDatasets',
        ignored: /\/(node_modules|\.git|\.brainlens)(\/|$)/,
        telling: (uri) => /(^|\.)dataset\.yaml$/.test(basename(uri)),
        find: async () => ({ folders: await manifests(), files: [] }),
      },
      log,
    );
  }

  /** What a manifest says of its rows may change too. */
  protected override watch(): void {
    if (this.subscriptions.length > 0) return;
    super.watch();
    const changes = workspace.createFileSystemWatcher(PATTERN, true, false, true);
    this.subscriptions.push(
      changes,
      changes.onDidChange(() => this.later(true)),
    );
  }
}

/** A workspace without manifests never loads what reads them. */
async function manifests(): Promise<Uri[]> {
  if ((await filesLike(PATTERN, IGNORED)).length === 0) return [];
  const { wordDatasets } = await import('./onDemand');
  return wordDatasets();
}

import { join } from 'node:path';
import { Uri, workspace } from 'vscode';
import type { Disposable, ExtensionContext, LogOutputChannel } from 'vscode';
import type { EnginePool } from './enginePool';
import { Jobs } from './jobs';
import { cacheFolderSetting, jobsAtOnce } from './settings';

/** The engine processes of this window. Their client is loaded with the first use, not with the extension. */
export class Engine {
  /** What this window runs. */
  readonly jobs = new Jobs();
  private loading: Promise<EnginePool> | undefined;
  private watching: Disposable | undefined;
  private disposed = false;

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
  ) {}

  /** Folder for dequantised weights and activations. @throws UserError where the setting is no absolute path */
  get cacheFolder(): string {
    return cacheFolderSetting() ?? this.context.globalStorageUri.fsPath;
  }

  /** Folder of the files that come with the extension. */
  get samples(): string {
    return join(this.context.extensionPath, 'dist', 'samples');
  }

  /** The built command line. */
  get commandLine(): string {
    return join(this.context.extensionPath, 'dist', 'cli.js');
  }

  /** The built panel. */
  get panelAssets(): Uri {
    return Uri.joinPath(this.context.extensionUri, 'dist', 'webview');
  }

  client(): Promise<EnginePool> {
    this.loading ??= this.load();
    return this.loading;
  }

  dispose(): void {
    this.disposed = true;
    this.jobs.dispose();
    this.watching?.dispose();
    void this.loading?.then((pool) => pool.dispose());
  }

  private async load(): Promise<EnginePool> {
    const { EngineClient, EnginePool } = await import('./onDemand');
    const entry = join(this.context.extensionPath, 'dist', 'engine.js');
    const make = () => new EngineClient({ entry, log: (line) => this.log.info(line) });
    const pool = new EnginePool(make, jobsAtOnce);
    if (this.disposed) pool.dispose();
    else {
      this.watching = workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('brainlens.jobsAtOnce')) pool.limitChanged();
      });
    }
    return pool;
  }
}

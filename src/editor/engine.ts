import { join } from 'node:path';
import { Uri } from 'vscode';
import type { ExtensionContext, LogOutputChannel } from 'vscode';
import type { EngineClient } from '../engine/client';
import { Jobs } from './jobs';
import { cacheFolderSetting } from './settings';

/** The engine process of this window. Its client is loaded with the first use, not with the extension. */
export class Engine {
  /** What this window runs. */
  readonly jobs = new Jobs();
  private loading: Promise<EngineClient> | undefined;
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

  /** The built panel. */
  get panelAssets(): Uri {
    return Uri.joinPath(this.context.extensionUri, 'dist', 'webview');
  }

  client(): Promise<EngineClient> {
    this.loading ??= this.load();
    return this.loading;
  }

  dispose(): void {
    this.disposed = true;
    this.jobs.dispose();
    void this.loading?.then((client) => client.dispose());
  }

  private async load(): Promise<EngineClient> {
    const { EngineClient } = await import('./onDemand');
    const client = new EngineClient({
      entry: join(this.context.extensionPath, 'dist', 'engine.js'),
      log: (line) => this.log.info(line),
    });
    if (this.disposed) client.dispose();
    return client;
  }
}

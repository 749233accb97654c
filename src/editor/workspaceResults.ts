import { commands } from 'vscode';
import type { Disposable, LogOutputChannel } from 'vscode';
import { messageOf } from '../shared/errors';
import type { RecordedResult } from './recordedResult';
import type { ResultLibrary } from './resultLibrary';

/** Verbs of analyses whose results others are made from. */
export type SourceVerb = 'localize' | 'align' | 'ablate' | 'lobes';

/** Read by `when` clauses: `resourcePath in brainlens.localizations`, and whether there are any. */
const CONTEXT_KEYS: Partial<Record<SourceVerb, { readonly paths: string; readonly some: string }>> = {
  localize: { paths: 'brainlens.localizations', some: 'brainlens.hasLocalizations' },
  align: { paths: 'brainlens.alignments', some: 'brainlens.hasAlignments' },
  lobes: { paths: 'brainlens.lobes', some: 'brainlens.hasLobes' },
};

/** The results of the workspace that others are made from, newest first, for menus and quick picks. */
export class WorkspaceResults implements Disposable {
  private readonly first: NodeJS.Timeout;
  private readonly subscription: Disposable;

  constructor(
    private readonly library: ResultLibrary,
    private readonly log: LogOutputChannel,
  ) {
    this.subscription = library.onDidChange(() => this.tell());
    // The first look comes when activation is over.
    this.first = setTimeout(() => this.tell(), 0);
  }

  /** As they lie on the disk now. */
  async list(verb: SourceVerb): Promise<readonly RecordedResult[]> {
    return (await this.library.listNow()).filter(({ analysis }) => analysis === verb);
  }

  dispose(): void {
    clearTimeout(this.first);
    this.subscription.dispose();
  }

  private tell(): void {
    this.setContext().catch((error: unknown) => this.log.error(`Menus could not be set: ${messageOf(error)}`));
  }

  private async setContext(): Promise<void> {
    const found = await this.library.list();
    for (const [verb, { paths, some }] of Object.entries(CONTEXT_KEYS)) {
      const own = found.filter(({ analysis }) => analysis === verb);
      await commands.executeCommand('setContext', paths, own.flatMap(contextPaths));
      await commands.executeCommand('setContext', some, own.length > 0);
    }
  }
}

function contextPaths({ file }: RecordedResult): string[] {
  return file.fsPath === file.path ? [file.path] : [file.fsPath, file.path];
}

import { CodeLens, EventEmitter, l10n, languages, Range, workspace } from 'vscode';
import type { CodeLensProvider, Command, Disposable, Event, TextDocument } from 'vscode';
import { ageText } from '../ageText';
import { RESULT_COMMANDS } from '../commandNames';
import type { RecordedResult } from '../recordedResult';
import type { ModelFolders } from '../modelFolders';
import type { ResultLibrary } from '../resultLibrary';
import { CODE_LANGUAGES } from './mentions';
import type { CodeIndex, CodeReference } from './codeIndex';

/** References of one document that get lenses. */
const MOST = 50;
const LONGEST_SUMMARY = 90;

/** Lenses over lines of code that name a model folder or a result: what can be done with it, and what came of it last. */
export class CodeLenses implements CodeLensProvider, Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses: Event<void> = this.changed.event;
  private readonly registrations: Disposable[];

  constructor(
    private readonly index: CodeIndex,
    models: ModelFolders,
    results: ResultLibrary,
  ) {
    this.registrations = [
      languages.registerCodeLensProvider(
        CODE_LANGUAGES.map((language) => ({ language })),
        this,
      ),
      ...[models, results].map(({ onDidChange }) => onDidChange(() => this.changed.fire())),
      workspace.onDidGrantWorkspaceTrust(() => this.changed.fire()),
    ];
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    const references = await this.index.references(document, MOST);
    return references.flatMap((reference) => {
      const range = new Range(reference.line, reference.mention.start, reference.line, reference.mention.end);
      return commandsOf(reference, new Date(), workspace.isTrusted).map((command) => new CodeLens(range, command));
    });
  }

  dispose(): void {
    for (const registration of this.registrations) registration.dispose();
    this.changed.dispose();
  }
}

/** The lenses of one reference, from left to right. Nothing that runs is offered where the workspace is not trusted. */
function commandsOf({ model, result }: CodeReference, now: Date, trusted: boolean): Command[] {
  const open: Command[] =
    result === undefined
      ? []
      : [
          {
            title:
              model === undefined
                ? `$(graph) ${l10n.t('Open')} · ${told(result, now)}`
                : l10n.t('last: {0}', told(result, now)),
            tooltip: `${result.title}: ${result.summary}`,
            command: RESULT_COMMANDS.open,
            arguments: [result.folder],
          },
        ];
  if (!trusted) return open;
  if (model === undefined) return open;
  return [
    { title: `$(play) ${l10n.t('Localize…')}`, command: 'brainlens.localize', arguments: [model] },
    { title: l10n.t('Align…'), command: 'brainlens.align', arguments: [model] },
    ...open,
  ];
}

/** "peak layer 17, r = 0.31, 2 h ago" */
export function told({ summary, created }: RecordedResult, now: Date): string {
  const short = summary.length <= LONGEST_SUMMARY ? summary : `${summary.slice(0, LONGEST_SUMMARY - 1).trimEnd()}…`;
  return `${short.replace(/\.$/, '')}, ${ageText(created, now)}`;
}

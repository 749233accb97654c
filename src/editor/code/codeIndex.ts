import { Disposable, Uri, workspace } from 'vscode';
import type { TextDocument } from 'vscode';
import type { ModelFolders } from '../modelFolders';
import type { RecordedResult } from '../recordedResult';
import type { ResultLibrary } from '../resultLibrary';
import { LineIndex } from './lineIndex';
import { CODE_LANGUAGES } from './mentions';
import type { Mention } from './mentions';
import { placeOf } from './places';

/** A model or a result named in a line of code. */
export interface CodeReference {
  readonly line: number;
  readonly mention: Mention;
  readonly model?: Uri;
  /** The result itself, or the newest one of the model. */
  readonly result?: RecordedResult;
}

/** Knows what the open documents name. A document is read once; from then on its edits are followed line by line. */
export class CodeIndex implements Disposable {
  private readonly indices = new Map<string, LineIndex>();
  private readonly subscriptions: Disposable;

  constructor(
    private readonly models: ModelFolders,
    private readonly results: ResultLibrary,
  ) {
    this.subscriptions = Disposable.from(
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const index = this.indices.get(document.uri.toString());
        index?.update(
          contentChanges.map(({ range, text }) => ({
            from: range.start.line,
            to: range.end.line,
            lines: text.split(/\r\n|\r|\n/).length,
          })),
        );
      }),
      workspace.onDidCloseTextDocument(({ uri }) => void this.indices.delete(uri.toString())),
    );
  }

  dispose(): void {
    this.subscriptions.dispose();
    this.indices.clear();
  }

  /** Lines of the document that were parsed so far: the work that edits cost. */
  parsedLines(document: TextDocument): number {
    return this.indexOf(document).parsed;
  }

  /** At most `limit` references, from the top. */
  async references(document: TextDocument, limit: number): Promise<CodeReference[]> {
    const resolve = await this.resolver(document);
    const found: CodeReference[] = [];
    for (const { line, mention } of this.indexOf(document).entries()) {
      const reference = resolve(line, mention);
      if (reference !== undefined) found.push(reference);
      if (found.length >= limit) break;
    }
    return found;
  }

  /** The reference at a place in the document. */
  async at(document: TextDocument, line: number, column: number): Promise<CodeReference | undefined> {
    const mention = this.indexOf(document)
      .at(line)
      .find(({ start, end }) => start - 1 <= column && column <= end + 1);
    return mention === undefined ? undefined : (await this.resolver(document))(line, mention);
  }

  private indexOf(document: TextDocument): LineIndex {
    const key = document.uri.toString();
    let index = this.indices.get(key);
    if (index === undefined) {
      index = new LineIndex(document.lineCount, (line) => document.lineAt(line).text);
      this.indices.set(key, index);
    }
    return index;
  }

  private async resolver(document: TextDocument) {
    const [models, results] = await Promise.all([this.models.list(), this.results.list()]);
    const byFolder = new Map(results.map((result) => [result.folder.path, result]));
    const byModel = new Map(models.map((model) => [model.path, model]));
    const known = { models: new Set(byModel.keys()), results: new Set(byFolder.keys()) };
    const bases = [
      Uri.joinPath(document.uri, '..').path,
      ...(workspace.workspaceFolders ?? []).map(({ uri }) => uri.path),
    ];
    return (line: number, mention: Mention): CodeReference | undefined => {
      const place = placeOf(mention.path, bases, known);
      if (place === undefined) return undefined;
      if (place.kind === 'result') return { line, mention, result: byFolder.get(place.path)! };
      const model = byModel.get(place.path)!;
      const result = newestOf(model, results);
      return { line, mention, model, ...(result !== undefined && { result }) };
    };
  }
}

/** Is the document code in which we look for names? */
export function isCode(document: TextDocument): boolean {
  return (CODE_LANGUAGES as readonly string[]).includes(document.languageId);
}

/** The newest of the results, which come newest first, that a model went into. */
function newestOf(model: Uri, results: readonly RecordedResult[]): RecordedResult | undefined {
  return results.find(({ inputs }) =>
    inputs.some(({ path, role }) => role === 'model' && (path === model.path || path.startsWith(`${model.path}/`))),
  );
}

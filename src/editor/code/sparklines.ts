import { DecorationRangeBehavior, Range, Uri, window, workspace } from 'vscode';
import type { DecorationOptions, Disposable, LogOutputChannel, TextEditor } from 'vscode';
import { messageOf } from '../../shared/errors';
import type { ThemeKind } from '../../shared/palette';
import { drawSparkline, sparklineOf } from '../../shared/svg/sparkline';
import type { Sparkline } from '../../shared/svg/sparkline';
import { figuresOf } from '../recordedResult';
import type { RecordedResult } from '../recordedResult';
import type { ResultLibrary } from '../resultLibrary';
import { themeKind } from '../themeKind';
import { isCode } from './codeIndex';
import type { CodeIndex } from './codeIndex';

/** Sparklines of one document: decorations with images are not free. */
const MOST = 30;
const DEBOUNCE_MS = 300;
const WIDTH = 84;
const HEIGHT = 15;
/** Curves that are remembered. */
const REMEMBERED = 200;

/** Draws the curve of a result at the end of the line of code that names it. */
export class Sparklines implements Disposable {
  private readonly decoration = window.createTextEditorDecorationType({
    rangeBehavior: DecorationRangeBehavior.ClosedClosed,
  });
  private readonly curves = new Map<string, Promise<Sparkline | undefined>>();
  private readonly subscriptions: Disposable[];
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly index: CodeIndex,
    results: ResultLibrary,
    private readonly log: LogOutputChannel,
  ) {
    const soon = (): void => this.later();
    this.subscriptions = [
      window.onDidChangeVisibleTextEditors(soon),
      window.onDidChangeActiveColorTheme(soon),
      results.onDidChange(soon),
      workspace.onDidChangeTextDocument(({ document }) => {
        if (isCode(document)) this.later();
      }),
      workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('brainlens.sparklines')) this.later();
      }),
    ];
    this.later();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.decoration.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Typing goes before drawing: what is asked for within a moment is drawn once. */
  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      for (const editor of window.visibleTextEditors) {
        if (!isCode(editor.document)) continue;
        this.draw(editor).catch((error: unknown) => this.log.error(`Sparklines failed: ${messageOf(error)}`));
      }
    }, DEBOUNCE_MS);
  }

  private async draw(editor: TextEditor): Promise<void> {
    const { document } = editor;
    const version = document.version;
    const on = workspace.getConfiguration('brainlens', document).get<boolean>('sparklines', true);
    const options = on ? await this.optionsOf(editor) : [];
    // What was found for a text that has changed since stands on the wrong lines; the change has asked for its own.
    if (document.version === version) editor.setDecorations(this.decoration, options);
  }

  private async optionsOf({ document }: TextEditor): Promise<DecorationOptions[]> {
    const palette = themeKind(window.activeColorTheme.kind);
    const options: DecorationOptions[] = [];
    const taken = new Set<number>();
    for (const { line, result } of await this.index.references(document, MOST)) {
      if (result === undefined || taken.has(line)) continue;
      const curve = await this.curveOf(result);
      if (curve === undefined) continue;
      taken.add(line);
      const end = document.lineAt(line).range.end;
      const image = { contentIconPath: imageUri(curve, palette), margin: '0 0 0 1.5em' };
      options.push({ range: new Range(end, end), renderOptions: { after: image } });
    }
    return options;
  }

  private curveOf(result: RecordedResult): Promise<Sparkline | undefined> {
    const key = `${result.folder.toString()} ${result.created.getTime()}`;
    let curve = this.curves.get(key);
    if (curve === undefined) {
      if (this.curves.size >= REMEMBERED) this.curves.clear();
      // A result without readable figures has no curve; its panel says what is wrong with it.
      curve = figuresOf(result).then(sparklineOf, () => undefined);
      this.curves.set(key, curve);
    }
    return curve;
  }
}

function imageUri(curve: Sparkline, palette: ThemeKind): Uri {
  const svg = drawSparkline(curve, { width: WIDTH, height: HEIGHT, palette });
  return Uri.parse(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`, true);
}

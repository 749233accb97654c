import { Hover, l10n, languages, MarkdownString, Range, window, workspace } from 'vscode';
import type { Disposable, HoverProvider, Position, TextDocument } from 'vscode';
import type { Figure } from '../../shared/figure';
import type { ThemeKind } from '../../shared/palette';
import { toSvg } from '../../shared/to-svg';
import { ageText } from '../ageText';
import { figuresOf } from '../recordedResult';
import type { RecordedResult } from '../recordedResult';
import { RESULT_COMMANDS } from '../commandNames';
import { themeKind } from '../themeKind';
import type { CodeIndex } from './codeIndex';
import { CODE_LANGUAGES } from './mentions';

/** Hovers are cut at 100,000 characters; base64 takes a third more than the image. */
const LARGEST_IMAGE = 60_000;
/** A hover is about 250 pixels high before it scrolls: title, summary and links come first. */
const WIDTH = 440;
const HEIGHT = 165;

/** Over the name of a model or a result in code: its last result's plot and number, with links. */
export class CodeHovers implements HoverProvider, Disposable {
  private readonly registration: Disposable;

  constructor(private readonly index: CodeIndex) {
    this.registration = languages.registerHoverProvider(
      CODE_LANGUAGES.map((language) => ({ language })),
      this,
    );
  }

  async provideHover(document: TextDocument, { line, character }: Position): Promise<Hover | undefined> {
    const reference = await this.index.at(document, line, character);
    if (reference?.result === undefined) return undefined;
    const { start, end } = reference.mention;
    return new Hover(await this.describe(reference.result), new Range(line, start, line, end));
  }

  dispose(): void {
    this.registration.dispose();
  }

  private async describe(result: RecordedResult): Promise<MarkdownString> {
    const text = new MarkdownString();
    text.isTrusted = { enabledCommands: Object.values(RESULT_COMMANDS) };
    text.appendMarkdown(`**${result.title}** · ${ageText(result.created, new Date())}\n\n`);
    text.appendMarkdown(escapeMarkdown(result.summary));
    const argument = encodeURIComponent(JSON.stringify([result.folder.toString()]));
    const link = (label: string, command: string): string => `[${label}](command:${command}?${argument})`;
    const { open, runAgain, copySnippet } = RESULT_COMMANDS;
    const again = workspace.isTrusted ? [link(l10n.t('Run Again'), runAgain)] : [];
    const links = [link(l10n.t('Open'), open), ...again, link(l10n.t('Copy NumPy Snippet'), copySnippet)];
    text.appendMarkdown(`\n\n${links.join(' · ')}`);
    // A result whose figures are damaged still has its line; opening it says what is wrong.
    const figures = await figuresOf(result).catch(() => []);
    const image = imageOf(figures, themeKind(window.activeColorTheme.kind));
    if (image !== undefined)
      text.appendMarkdown(`\n\n![${escapeMarkdown(image.title)}](${image.uri}|width=${WIDTH},height=${HEIGHT})`);
    return text;
  }
}

/** The first figure that can be drawn small enough, as a data URI. */
function imageOf(figures: readonly Figure[], palette: ThemeKind): { title: string; uri: string } | undefined {
  const drawable = figures.filter((figure): figure is Exclude<Figure, { kind: 'table' }> => figure.kind !== 'table');
  const ordered = [
    ...drawable.filter(({ kind }) => kind === 'chart'),
    ...drawable.filter(({ kind }) => kind !== 'chart'),
  ];
  for (const figure of ordered) {
    const svg = toSvg(figure, { width: WIDTH, height: HEIGHT, palette });
    if (svg.length > LARGEST_IMAGE) continue;
    return { title: figure.title, uri: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}` };
  }
  return undefined;
}

/** Text of a file as text: neither links nor pictures nor commands come of it. */
function escapeMarkdown(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\[\]()`*_{}#+!~|>-]/g, '\\$&');
}

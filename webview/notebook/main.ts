/**
 * Renders a result in a notebook's output: its figures as pictures, each with its numbers. Nothing of VS Code's panel is
 * needed, so that outputs stay light; `figures.json` is what the cell displayed as `application/vnd.brainlens+json`.
 */
import { messageOf } from '../../src/shared/errors';
import { figureTable } from '../../src/shared/csv';
import { figuresSchema } from '../../src/shared/figures-file';
import type { Figure } from '../../src/shared/figure';
import { toSvg } from '../../src/shared/to-svg';
import { element } from '../dom';
import { cellText, PAGE } from '../table-model';
import { onThemeChange, readTheme } from '../theme';

/** The part of VS Code's notebook output that is used. */
interface OutputItem {
  readonly id: string;
  json(): unknown;
}

interface Renderer {
  renderOutputItem(item: OutputItem, output: HTMLElement): void;
  disposeOutputItem(id?: string): void;
}

const WIDTH = 640;
const HEIGHT = 340;

const STYLE = `
.brainlens { font-family: var(--vscode-font-family); color: var(--vscode-editor-foreground); max-width: ${WIDTH}px; }
.brainlens h3 { font-size: 1.05em; margin: 1em 0 .2em; }
.brainlens p { margin: .2em 0 .5em; }
.brainlens .table { overflow: auto; max-height: 24em; }
.brainlens table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.brainlens th, .brainlens td { padding: .15em .6em; text-align: left; border-bottom: 1px solid var(--vscode-widget-border, #8884); }
.brainlens .number { text-align: right; }
.brainlens summary { cursor: pointer; }
.brainlens summary:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
.brainlens img { max-width: 100%; height: auto; }`;

/** Called by VS Code once per notebook that shows such an output. */
export function activate(): Renderer {
  /** Draws the pictures of an output again. */
  const drawn = new Map<string, () => void>();
  onThemeChange(() => drawn.forEach((draw) => draw()));
  return {
    renderOutputItem(item, output) {
      const view = resultView(item);
      output.replaceChildren(element('style', {}, STYLE), view.element);
      drawn.set(item.id, view.draw);
    },
    disposeOutputItem(id) {
      if (id === undefined) drawn.clear();
      else drawn.delete(id);
    },
  };
}

interface View {
  readonly element: HTMLElement;
  draw(): void;
}

function resultView(item: OutputItem): View {
  try {
    const { figures } = figuresSchema.parse(item.json());
    const views = figures.map(figureView);
    return {
      element: element('div', { class: 'brainlens' }, ...views.map((view) => view.element)),
      draw: () => views.forEach((view) => view.draw()),
    };
  } catch (error) {
    const text = `This output does not hold the figures of a Brainlens result (${messageOf(error)}). Display the content of figures.json.`;
    return { element: element('p', { role: 'alert' }, text), draw: () => undefined };
  }
}

function figureView(figure: Figure): View {
  const heading = element('h3', {}, figure.title);
  const summary = element('p', {}, figure.summary);
  if (figure.kind === 'table') {
    return { element: element('section', {}, heading, summary, tableOf(figure)), draw: () => undefined };
  }
  const image = element('img', { alt: figure.summary, width: String(WIDTH), height: String(HEIGHT) });
  const draw = (): void => {
    const svg = toSvg(figure, { width: WIDTH, height: HEIGHT, palette: readTheme().kind });
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  };
  draw();
  return { element: element('section', {}, heading, image, summary, numbers(figure)), draw };
}

/** The table is made when it is opened: those of maps are long. */
function numbers(figure: Figure): HTMLElement {
  const details = element('details', {}, element('summary', {}, 'Numbers'));
  details.addEventListener('toggle', () => details.append(tableOf(figure)), { once: true });
  return details;
}

function tableOf(figure: Figure): HTMLElement {
  const { columns, rows } = figureTable(figure);
  const look = (i: number): string | undefined => (columns[i]!.type === 'number' ? 'number' : undefined);
  const head = columns.map(({ label }, i) => element('th', { scope: 'col', class: look(i) }, label));
  const body = rows
    .slice(0, PAGE)
    .map((row) =>
      element(
        'tr',
        {},
        ...columns.map((column, i) => element('td', { class: look(i) }, cellText(row[i] ?? null, column))),
      ),
    );
  const table = element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body));
  const box = element('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': figure.title }, table);
  if (rows.length > PAGE)
    box.append(element('p', {}, `The first ${PAGE} of ${rows.length} rows; the rest is in the result.`));
  return box;
}

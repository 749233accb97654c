/** One figure on the page: heading, toolbar, picture or table, caption, data table. */
import { figureTable, toCsv } from '../src/shared/csv';
import { messageOf } from '../src/shared/errors';
import type { Figure, TableFigure } from '../src/shared/figure';
import type { Placed } from './arrange';
import { Cloud } from './cloud';
import { button, setDisabled, setExpanded } from './controls';
import { element } from './dom';
import type { Drawing } from './drawing';
import type { Host } from './host';
import { ParallelogramDrawing } from './parallelogram';
import { Picture } from './picture';
import type { FigureState, StateStore } from './state';
import { tableView } from './table';

export interface Card {
  readonly element: HTMLElement;
  /** Draws what needs the page; later again after a change of theme. */
  open(): Promise<void>;
  restyle(): Promise<void>;
  dispose(): void;
}

interface Context {
  readonly host: Host;
  readonly store: StateStore;
}

export function cardOf({ figure, wide }: Placed, context: Context): Card {
  switch (figure.kind) {
    case 'chart':
    case 'map':
    case 'space':
    case 'cloud':
    case 'parallelogram':
      return pictureCard(figure, wide, context);
    case 'table':
      return tableCard(figure, wide, context);
    default:
      return unknownCard(figure, wide);
  }
}

function pictureCard(figure: Exclude<Figure, TableFigure>, wide: boolean, { host, store }: Context): Card {
  const problem = element('p', { class: 'problem', role: 'alert' });
  const failed = (error: unknown): void => {
    problem.textContent = `This figure could not be drawn: ${messageOf(error)}`;
    host.send({ type: 'problem', message: `${figure.id}: ${messageOf(error)}` });
  };
  const reset = button({ label: 'Reset zoom', describe: `Reset zoom: ${figure.title}`, onPress: () => resetZoom() });
  setDisabled(reset, true);
  const events = {
    failed,
    changed: (changes: FigureState): void => {
      store.updateFigure(figure.id, changes);
      setDisabled(reset, store.figure(figure.id).zoom === undefined);
    },
  };
  const picture = drawingOf(figure, host, store.figure(figure.id), events);
  const resetZoom = (): void => void picture.resetZoom().catch(failed);
  const save = (format: 'png' | 'svg'): void =>
    void picture
      .image(format)
      .then((dataUrl) => host.send({ type: 'saveFigure', name: figure.id, format, dataUrl }))
      .catch(failed);

  const holder = element('div', { class: 'data' });
  const toggle = button({ label: 'Show data table', onPress: () => showTable(holder.childElementCount === 0) });
  function showTable(open: boolean): void {
    const label = open ? 'Hide data table' : 'Show data table';
    setExpanded(toggle, open, label, `${label}: ${figure.title}`);
    store.updateFigure(figure.id, { table: open });
    const state = store.figure(figure.id);
    const view = (): HTMLElement =>
      tableView({
        table: figureTable(figure, picture.values),
        caption: `Data of ${figure.title}`,
        host,
        state,
        remember: (changes) => store.updateFigure(figure.id, changes),
      });
    holder.replaceChildren(...(open ? [view()] : []));
  }
  showTable(store.figure(figure.id).table === true);

  const tools = [
    exportButton('Export PNG', figure, () => save('png')),
    exportButton('Export SVG', figure, () => save('svg')),
    exportButton('Export CSV', figure, () => saveCsv(figure, host, picture)),
    toggle,
    // Nothing there is too small to see.
    ...(figure.kind === 'parallelogram' ? [] : [reset]),
  ];
  return {
    element: frame(figure, wide, tools, picture.element, problem, holder),
    open: async () => {
      await picture.open().catch(failed);
      // An open data table of a map was built before its array came.
      if (picture.values !== undefined && store.figure(figure.id).table === true) showTable(true);
    },
    restyle: () => picture.draw().catch(failed),
    dispose: () => picture.dispose(),
  };
}

function drawingOf(
  figure: Exclude<Figure, TableFigure>,
  host: Host,
  state: FigureState,
  events: ConstructorParameters<typeof Cloud>[3],
): Drawing {
  switch (figure.kind) {
    case 'cloud':
      return new Cloud(figure, host, state, events);
    case 'parallelogram':
      return new ParallelogramDrawing(figure, state, events);
    case 'chart':
    case 'map':
    case 'space':
      return new Picture(figure, host, state, events);
  }
}

function tableCard(figure: TableFigure, wide: boolean, { host, store }: Context): Card {
  const view = tableView({
    tools: [exportButton('Export CSV', figure, () => saveCsv(figure, host))],
    table: figure,
    caption: figure.title,
    host,
    state: store.figure(figure.id),
    remember: (changes) => store.updateFigure(figure.id, changes),
  });
  return { element: frame(figure, wide, [], view), ...still };
}

function unknownCard(figure: Figure, wide: boolean): Card {
  const { title = 'Figure', kind } = figure as { title?: string; kind?: unknown };
  const text = `This version of Brainlens cannot show a figure of the kind “${String(kind)}”. Update the extension.`;
  const heading = element('h2', {}, title);
  return {
    element: element('section', { class: className(wide) }, heading, element('p', { class: 'problem' }, text)),
    ...still,
  };
}

const still = { open: () => Promise.resolve(), restyle: () => Promise.resolve(), dispose: () => undefined };

function exportButton(label: string, figure: Figure, onPress: () => void): HTMLElement {
  return button({ label, describe: `${label}: ${figure.title}`, onPress });
}

function saveCsv(figure: Figure, host: Host, picture?: Drawing): void {
  host.send({ type: 'saveCsv', name: figure.id, text: toCsv(figureTable(figure, picture?.values)) });
}

function frame(figure: Figure, wide: boolean, tools: readonly HTMLElement[], ...content: HTMLElement[]): HTMLElement {
  const id = `figure-${figure.id}`;
  const toolbar = element(
    'div',
    { class: 'toolbar', role: 'group', 'aria-label': `Actions: ${figure.title}` },
    ...tools,
  );
  const [body, ...rest] = content;
  return element(
    'section',
    { class: className(wide), 'aria-labelledby': id, 'data-figure': figure.id, 'data-kind': figure.kind },
    element('h2', { id }, figure.title),
    element('p', { class: 'summary' }, figure.summary),
    body,
    tools.length > 0 ? toolbar : undefined,
    ...rest,
  );
}

function className(wide: boolean): string {
  return wide ? 'card wide' : 'card';
}

/** A cloud on screen: layouts and groupings to choose from, groups to hide, points to click, to lasso and to ask for. */
import {
  DRAGS,
  FEW_POINTS,
  groupingAt,
  groupLabels,
  layoutAt,
  type CloudView,
  type Drag,
} from '../src/shared/cloud-plot';
import type { CloudFigure, CloudLayout } from '../src/shared/figure';
import { standardTheme } from '../src/shared/palette';
import { groupSwatch } from '../src/shared/svg/cloud';
import { EXPORT_SIZE, toPlotly } from '../src/shared/to-plotly';
import { toSvg } from '../src/shared/to-svg';
import { count } from '../src/shared/words';
import { CloudDetails } from './cloud-details';
import { selectionView } from './cloud-selection';
import { dropdown, numberField } from './controls';
import { element, oncePerFrame } from './dom';
import type { Drawing } from './drawing';
import type { Host } from './host';
import { Legend } from './legend';
import { Plot } from './plot';
import type { FigureState } from './state';
import { readTheme } from './theme';
import { hasWebGl } from './webgl';
import { zoomByKey, zoomKeysHelp } from './zoom-keys';

const DRAG_LABELS: Record<Drag, string> = {
  zoom: 'zooms',
  pan: 'moves',
  lasso: 'selects (lasso)',
  select: 'selects (box)',
};

export class Cloud implements Drawing {
  readonly element: HTMLElement;
  private readonly figure: CloudFigure;
  private readonly webgl = hasWebGl();
  private readonly node = element('div', { class: 'plot cloud', role: 'img', tabindex: '0' });
  private readonly note = element('p', { class: 'note', role: 'status' });
  private readonly keyHolder = element('div');
  private readonly dragChoice: HTMLElement;
  private readonly selection = element('div', { class: 'data' });
  private readonly details: CloudDetails;
  private readonly plot: Plot;
  private readonly resizing: ResizeObserver;
  private legend: Legend | undefined;
  private view: CloudView;

  constructor(
    figure: CloudFigure,
    private readonly host: Host,
    private readonly state: FigureState,
    private readonly events: { changed(changes: FigureState): void; failed(error: unknown): void },
  ) {
    this.figure = this.webgl ? figure : { ...figure, layouts: flat(figure.layouts) };
    const { layout = 0, grouping = 0, drag = 'zoom', hidden = [] } = state;
    this.view = { layout, grouping, drag, hidden: new Set(hidden), ...(this.webgl ? {} : { webgl: false }) };
    this.plot = new Plot(this.node, {
      zoomed: (zoom) => events.changed({ zoom }),
      clicked: (point) => this.choose(Number(point), false),
      selected: (points) => this.select(points?.map(Number), false),
    });
    this.details = new CloudDetails({ host, file: figure.details, closed: () => this.unchoose() });
    this.dragChoice = dropdown(
      'Dragging',
      DRAGS.map((kind) => DRAG_LABELS[kind]),
      DRAGS.indexOf(drag),
      (at) => this.change({ drag: DRAGS[at]! }),
    );
    this.element = element(
      'div',
      { class: 'picture' },
      this.controls(),
      this.keyHolder,
      element('div', { class: 'cloud-body' }, this.node, this.details.element),
      this.note,
      this.selection,
    );
    this.node.addEventListener('keydown', (event) => this.key(event));
    this.resizing = new ResizeObserver(oncePerFrame(() => this.attempt(this.plot.resize())));
    this.showKeys();
  }

  async open(): Promise<void> {
    const { zoom, chosen } = this.state;
    if (!this.webgl) this.note.textContent = this.withoutWebGl();
    await this.plot.setZoom(zoom);
    await this.draw();
    this.resizing.observe(this.node);
    if (zoom !== undefined) this.events.changed({ zoom });
    const point = chosen === undefined ? -1 : this.figure.ids.indexOf(chosen);
    if (point >= 0) this.choose(point, false);
  }

  draw(): Promise<void> {
    const theme = readTheme();
    this.legend?.restyle(theme);
    this.node.setAttribute('aria-label', this.words());
    return this.plot.show(toPlotly(this.figure, theme, { view: this.view }));
  }

  resetZoom(): Promise<void> {
    return this.plot.setZoom(undefined);
  }

  /** A PNG has all points, an SVG is thinned. */
  image(format: 'png' | 'svg'): Promise<string> {
    const { layout, grouping, hidden } = this.view;
    const view: CloudView = { layout, grouping, ...(hidden && { hidden }), ...(this.webgl ? {} : { webgl: false }) };
    if (format === 'png') {
      const spec = toPlotly(this.figure, standardTheme('light'), { view, titled: true });
      return this.plot.image(spec, format);
    }
    const svg = toSvg(this.figure, { ...EXPORT_SIZE, palette: 'light', view });
    return Promise.resolve(`data:image/svg+xml,${encodeURIComponent(svg)}`);
  }

  dispose(): void {
    this.resizing.disconnect();
    this.plot.dispose();
  }

  private controls(): HTMLElement {
    const { layouts, groupings, noun, title } = this.figure;
    const names = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);
    const label = `${noun.charAt(0).toUpperCase()}${noun.slice(1)} #`;
    return element(
      'div',
      { class: 'controls', role: 'group', 'aria-label': `View of ${title}` },
      dropdown('Layout', names(layouts), this.view.layout, (layout) => this.changeLayout(layout)),
      dropdown('Coloured by', names(groupings), this.view.grouping, (grouping) => this.changeGrouping(grouping)),
      this.dragChoice,
      numberField(label, (text) => this.ask(text)),
    );
  }

  private changeLayout(layout: number): void {
    this.select(undefined, false);
    this.view = { ...this.view, layout };
    this.events.changed({ layout });
    this.showKeys();
    this.attempt(this.plot.setZoom(undefined).then(() => this.draw()));
  }

  private changeGrouping(grouping: number): void {
    this.view = { ...this.view, grouping, hidden: new Set() };
    this.events.changed({ grouping, hidden: [] });
    this.showKeys();
    this.select(this.view.selected === undefined ? undefined : [...this.view.selected], false);
    if (this.view.chosen === undefined) this.attempt(this.draw());
    else this.choose(this.view.chosen, false);
  }

  private change(changes: Pick<CloudView, 'drag'>): void {
    this.view = { ...this.view, ...changes };
    this.events.changed(changes);
    this.attempt(this.draw());
  }

  /** The legend of the present grouping; dragging is a choice in the plane only. */
  private showKeys(): void {
    const grouping = groupingAt(this.figure, this.view);
    const labels = groupLabels(grouping);
    const keys = grouping.groups.map((name, i) => ({
      name,
      label: labels[i]!,
      swatch: (theme: Parameters<typeof groupSwatch>[1]) => groupSwatch(i, theme, grouping.rest),
    }));
    const label = `Groups of ${this.figure.title}`;
    this.legend = new Legend(label, keys, [...(this.view.hidden ?? [])], (hidden) => {
      this.view = { ...this.view, hidden: new Set(hidden) };
      this.events.changed({ hidden });
      this.attempt(this.draw());
    });
    this.keyHolder.replaceChildren(this.legend.element);
    this.dragChoice.hidden = layoutAt(this.figure, this.view).z !== undefined;
  }

  /** @param text what was typed into the number field */
  private ask(text: string): void {
    const { noun, ids } = this.figure;
    const point = /^\d+$/.test(text) ? ids.indexOf(Number(text)) : -1;
    this.note.textContent = '';
    if (point >= 0) this.choose(point, true);
    else this.note.textContent = `No ${noun} ${text} is on this map; ${noun}s that were left out are not.`;
  }

  private choose(point: number, focus: boolean): void {
    const { figure } = this;
    const { groups, of } = groupingAt(figure, this.view);
    const id = figure.ids[point]!;
    this.view = { ...this.view, chosen: point };
    this.events.changed({ chosen: id });
    const chosen = { id, name: `${figure.noun} ${id}`, group: groups[of[point]!]!, text: figure.text[point]! };
    this.attempt(this.details.show(chosen, focus));
    this.attempt(this.draw());
  }

  private unchoose(): void {
    this.view = { ...this.view, chosen: undefined };
    this.events.changed({ chosen: undefined });
    this.attempt(this.draw());
    this.node.focus();
  }

  private select(points: readonly number[] | undefined, draw = true): void {
    const some = points !== undefined && points.length > 0;
    const before = this.view.selected;
    this.plot.keepsSelection = some;
    this.view = { ...this.view, selected: some ? new Set(points) : undefined };
    const grouping = groupingAt(this.figure, this.view);
    const view = (): HTMLElement =>
      selectionView(
        this.figure,
        grouping,
        points!.toSorted((a, b) => a - b),
        this.host,
        () => this.select(undefined),
      );
    this.selection.replaceChildren(...(some ? [view()] : []));
    if (draw && (some || before !== undefined)) this.attempt(this.draw());
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.details.open) {
      event.preventDefault();
      this.details.close();
      return;
    }
    const ranges = layoutAt(this.figure, this.view).z === undefined ? this.plot.ranges : undefined;
    if (ranges === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = zoomByKey(event.key, ranges);
    if (next === undefined) return;
    event.preventDefault();
    this.attempt(this.plot.setZoom(next === 'reset' ? undefined : next));
  }

  /** The picture in words: what lies where, which groups there are and how large. */
  private words(): string {
    const { figure, view } = this;
    const layout = layoutAt(figure, view);
    const shown = groupLabels(groupingAt(figure, view)).join(', ');
    const keys = layout.z === undefined ? ` ${zoomKeysHelp}` : '';
    return `${figure.title}. ${figure.summary} Layout ${layout.name}; groups: ${shown}.${keys}`;
  }

  private withoutWebGl(): string {
    const { ids, noun } = this.figure;
    const some =
      ids.length > FEW_POINTS ? `about ${count(FEW_POINTS)} of ${count(ids.length)}` : `all ${count(ids.length)}`;
    return `WebGL is not available here: ${some} ${noun}s are drawn, in the plane only.`;
  }

  private attempt(work: Promise<void>): void {
    work.catch((error: unknown) => this.events.failed(error));
  }
}

/** Layouts of the plane; where there is none, those of space from above. */
function flat(layouts: readonly CloudLayout[]): CloudLayout[] {
  const planes = layouts.filter(({ z }) => z === undefined);
  return planes.length > 0 ? planes : layouts.map(({ name, axes, x, y }) => ({ name, axes, x, y }));
}

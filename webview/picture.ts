/** A chart or a map on screen: drawn in the theme, zoomable, exportable. */
import type { ChartFigure, MapFigure, SpaceFigure } from '../src/shared/figure';
import { aggregate, ownCells, type MapCells, type Matrix } from '../src/shared/map-cells';
import { standardTheme } from '../src/shared/palette';
import { toPlotly, type PlotlyOptions } from '../src/shared/to-plotly';
import { element, oncePerFrame } from './dom';
import type { Host } from './host';
import type { Drawing } from './drawing';
import { Legend, seriesKeys } from './legend';
import { Plot } from './plot';
import type { FigureState, Zoom } from './state';
import { readTheme } from './theme';
import { zoomByKey, zoomKeysHelp } from './zoom-keys';

/** A map's array comes from the host; until then, or without it, the map shows its figure's own cells. */
export class Picture implements Drawing {
  readonly element: HTMLElement;
  private readonly node: HTMLElement;
  private readonly note = element('p', { class: 'note', role: 'status' });
  private readonly plot: Plot;
  private readonly resizing: ResizeObserver;
  private readonly legend: Legend | undefined;
  private hidden: readonly string[];
  private matrix: Matrix | undefined;

  constructor(
    private figure: ChartFigure | MapFigure | SpaceFigure,
    private readonly host: Host,
    private readonly state: FigureState,
    private readonly events: { changed(changes: FigureState): void; failed(error: unknown): void },
  ) {
    this.hidden = state.hidden ?? [];
    this.node = element('div', {
      class: `plot ${figure.kind}`,
      role: 'img',
      tabindex: '0',
      'aria-label': `${figure.title}. ${figure.summary}${figure.kind === 'space' ? '' : ` ${zoomKeysHelp}`}`,
    });
    if (figure.kind === 'chart' && figure.series.length > 1) {
      this.legend = new Legend(`Series of ${figure.title}`, seriesKeys(figure), this.hidden, (hidden) =>
        this.hide(hidden),
      );
    }
    this.element = element('div', { class: 'picture' }, this.legend?.element, this.node, this.note);
    this.plot = new Plot(this.node, { zoomed: (zoom) => this.zoomed(zoom) });
    this.node.addEventListener('keydown', (event) => this.key(event));
    const fit = oncePerFrame(() => this.attempt(this.refit()));
    this.resizing = new ResizeObserver(fit);
  }

  /** The full matrix of a map, once it is here. */
  get values(): Matrix | undefined {
    return this.matrix;
  }

  /** Draws for the first time; the element must be in the page. */
  async open(): Promise<void> {
    const { zoom } = this.state;
    await this.plot.setZoom(zoom);
    await this.draw();
    this.resizing.observe(this.node);
    if (zoom !== undefined) this.events.changed({ zoom });
    if (this.figure.kind === 'map' && this.figure.array !== undefined) await this.readArray(this.figure.array);
  }

  /** Draws anew in the present theme, at the present zoom. */
  draw(): Promise<void> {
    const theme = readTheme();
    this.legend?.restyle(theme);
    return this.plot.show(toPlotly(this.figure, theme, this.options()));
  }

  /** Draws a chart's next state in place of this one; its series keep their names. */
  update(figure: ChartFigure): Promise<void> {
    this.figure = figure;
    this.node.setAttribute('aria-label', `${figure.title}. ${figure.summary} ${zoomKeysHelp}`);
    return this.draw();
  }

  resetZoom(): Promise<void> {
    return this.plot.setZoom(undefined);
  }

  /** Ink on white, with its title, whatever the theme: a picture for a paper. */
  image(format: 'png' | 'svg'): Promise<string> {
    return this.plot.image(toPlotly(this.figure, standardTheme('light'), { ...this.options(), titled: true }), format);
  }

  dispose(): void {
    this.resizing.disconnect();
    this.plot.dispose();
  }

  private async readArray(file: string): Promise<void> {
    const { figure } = this;
    if (figure.kind !== 'map') return;
    const matrix = await this.host.array(file);
    if (matrix !== undefined && matrix.rows === figure.rows && matrix.columns === figure.columns) {
      this.matrix = matrix;
      await this.draw();
    } else if (figure.step > 1) {
      this.note.textContent = `Every cell stands for ${figure.step} neighbours: the full array (${file}) is not at hand.`;
    }
    this.node.dataset.resolution = this.matrix === undefined ? 'own' : 'full';
  }

  private options(): PlotlyOptions {
    const { figure } = this;
    return figure.kind === 'map' ? { cells: this.cells(figure) } : { hidden: new Set(this.hidden) };
  }

  /** Cells for what is visible, no finer than a pixel, and one window more on each side to move into. */
  private cells(figure: MapFigure): MapCells {
    if (this.matrix === undefined) return ownCells(figure);
    const { columns } = this.matrix;
    const [from, to] = this.plot.zoom?.x ?? [-0.5, columns - 0.5];
    const span = to - from;
    return aggregate(this.matrix, from - span, to + span, this.plot.width * Math.min(3, columns / span));
  }

  private zoomed(zoom: Zoom | undefined): void {
    this.events.changed({ zoom });
    if (this.matrix !== undefined) this.attempt(this.draw());
  }

  private hide(hidden: readonly string[]): void {
    this.hidden = hidden;
    this.events.changed({ hidden });
    this.attempt(this.draw());
  }

  private async refit(): Promise<void> {
    await this.plot.resize();
    if (this.matrix !== undefined) await this.draw();
  }

  private key(event: KeyboardEvent): void {
    const ranges = this.plot.ranges;
    if (ranges === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = zoomByKey(event.key, ranges);
    if (next === undefined) return;
    event.preventDefault();
    this.attempt(this.plot.setZoom(next === 'reset' ? undefined : next));
  }

  private attempt(work: Promise<void>): void {
    work.catch((error: unknown) => this.events.failed(error));
  }
}

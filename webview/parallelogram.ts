/** A parallelogram on screen: a relation, a layer and two pairs to choose, the spaces side by side. */
import type { ParallelogramFigure } from '../src/shared/figure';
import {
  firstPairs,
  pairLabel,
  parallelogramOf,
  qualityInWords,
  shareInWords,
  usesInWords,
  viewOf,
  type Parallelogram,
  type ParallelogramView,
} from '../src/shared/parallelogram';
import { parallelogramSvg } from '../src/shared/svg/parallelogram';
import { formatNumber } from '../src/shared/ticks';
import { EXPORT_SIZE } from '../src/shared/to-plotly';
import { toSvg } from '../src/shared/to-svg';
import { dropdown } from './controls';
import { element, oncePerFrame } from './dom';
import type { Drawing } from './drawing';
import type { FigureState } from './state';
import { readTheme } from './theme';

interface Space {
  readonly plane: HTMLElement;
  readonly quality: HTMLElement;
}

export class ParallelogramDrawing implements Drawing {
  readonly element: HTMLElement;
  private readonly spaces: readonly Space[];
  private readonly choosers = [element('div'), element('div')] as const;
  private readonly uses = element('p', { class: 'note', role: 'status' });
  private readonly resizing: ResizeObserver;
  private view: ParallelogramView;

  constructor(
    private readonly figure: ParallelogramFigure,
    state: FigureState,
    private readonly events: { changed(changes: FigureState): void; failed(error: unknown): void },
  ) {
    this.view = viewOf(figure, state.parallelogram);
    this.spaces = figure.spaces.map(() => ({ plane: element('div', { class: 'plane' }), quality: element('p') }));
    const blocks = this.spaces.map(({ plane, quality }, i) =>
      element('section', {}, element('h3', {}, figure.spaces[i]), plane, quality),
    );
    this.element = element(
      'div',
      { class: 'picture' },
      this.controls(),
      element('div', { class: 'spaces' }, ...blocks),
      this.uses,
    );
    this.choosePairs([0, 1]);
    this.resizing = new ResizeObserver(oncePerFrame(() => this.attempt()));
  }

  async open(): Promise<void> {
    await this.draw();
    for (const { plane } of this.spaces) this.resizing.observe(plane);
  }

  draw(): Promise<void> {
    const theme = readTheme();
    this.spaces.forEach(({ plane, quality }, i) => {
      const shown = parallelogramOf(this.figure, this.view, i);
      const size = { width: plane.clientWidth, height: plane.clientHeight };
      plane.replaceChildren(picture(parallelogramSvg(shown, size, theme, this.words(shown, i))));
      quality.textContent = `${qualityInWords(shown)}. ${shareInWords(shown)}`;
    });
    const said = usesInWords(this.figure, this.view);
    // A screen reader would read what is written anew, also where it is the same.
    if (this.uses.textContent !== said) this.uses.textContent = said;
    return Promise.resolve();
  }

  /** There is no zoom. */
  resetZoom(): Promise<void> {
    return Promise.resolve();
  }

  image(format: 'png' | 'svg'): Promise<string> {
    const svg = toSvg(this.figure, { ...EXPORT_SIZE, palette: 'light', parallelogram: this.view });
    const url = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    return format === 'svg' ? Promise.resolve(url) : pngOf(url, EXPORT_SIZE);
  }

  dispose(): void {
    this.resizing.disconnect();
  }

  private controls(): HTMLElement {
    const { relations, layers, title } = this.figure;
    const names = relations.map(({ name }) => name);
    return element(
      'div',
      { class: 'controls', role: 'group', 'aria-label': `View of ${title}` },
      dropdown('Relation', names, this.view.relation, (relation) => this.chooseRelation(relation)),
      layers.length === 1
        ? undefined
        : dropdown('Layer', layers, this.view.layer, (layer) => this.change({ ...this.view, layer })),
      ...this.choosers,
    );
  }

  private chooseRelation(relation: number): void {
    this.change({ ...this.view, relation, pairs: firstPairs(this.figure.relations[relation]!) });
    this.choosePairs([0, 1]);
  }

  /** A pair that is the other one already takes its turn with it. */
  private choosePair(which: 0 | 1, pair: number): void {
    const [first, second] = this.view.pairs;
    const swapped = pair === (which === 0 ? second : first);
    const pairs: [number, number] = swapped ? [second, first] : which === 0 ? [pair, second] : [first, pair];
    this.change({ ...this.view, pairs });
    if (swapped) this.choosePairs([which === 0 ? 1 : 0]);
  }

  private choosePairs(which: readonly (0 | 1)[]): void {
    const set = this.figure.relations[this.view.relation]!;
    const labels = set.uses.map((_, pair) => pairLabel(set, pair));
    for (const at of which) {
      const name = at === 0 ? 'First pair' : 'Second pair';
      this.choosers[at].replaceChildren(
        dropdown(name, labels, this.view.pairs[at], (pair) => this.choosePair(at, pair)),
      );
    }
  }

  private change(view: ParallelogramView): void {
    this.view = view;
    this.events.changed({ parallelogram: view });
    this.attempt();
  }

  /** The picture in words: where the words lie. */
  private words(shown: Parallelogram, space: number): string {
    const places = shown.words.map(
      (word, i) => `${word} at ${formatNumber(shown.x[i]!, 3)}, ${formatNumber(shown.y[i]!, 3)}`,
    );
    return `${this.figure.spaces[space]!}: arrows from ${places[0]!} to ${places[1]!} and from ${places[2]!} to ${places[3]!}.`;
  }

  private attempt(): void {
    this.draw().catch((error: unknown) => this.events.failed(error));
  }
}

/** Markup of our own, whose texts are escaped, as an element. */
function picture(svg: string): Element {
  return document.importNode(new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement, true);
}

/** Two pixels per unit of its size. */
async function pngOf(url: string, { width, height }: typeof EXPORT_SIZE): Promise<string> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = element('canvas');
  canvas.width = 2 * width;
  canvas.height = 2 * height;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png');
}

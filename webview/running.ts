/** A run under way: how far it is, its measures as curves that grow, and a way to stop it. */
import type { ChartFigure } from '../src/shared/figure';
import type { ToWebview } from '../src/shared/protocol';
import { button, setDisabled } from './controls';
import { element } from './dom';
import type { Host } from './host';
import { Picture } from './picture';

export type Running = Extract<ToWebview, { type: 'running' }>;

interface Curve {
  readonly card: HTMLElement;
  readonly summary: HTMLElement;
  readonly picture: Picture;
  readonly lines: string;
}

export class RunningView {
  readonly element: HTMLElement;
  private readonly title = element('h1');
  private readonly status = element('p', { class: 'lead' });
  private readonly figures = element('div', { class: 'figures' });
  private readonly curves = new Map<string, Curve>();

  constructor(
    private readonly host: Host,
    private readonly failed: (error: unknown) => void,
  ) {
    const cancel = button({
      label: 'Cancel',
      onPress: () => {
        setDisabled(cancel, true);
        this.host.send({ type: 'cancel' });
      },
    });
    const toolbar = element('div', { class: 'toolbar', role: 'group', 'aria-label': 'Run' }, cancel);
    this.element = element('div', {}, element('header', {}, this.title, this.status, toolbar), this.figures);
  }

  async update({ title, status, figures }: Running): Promise<void> {
    this.title.textContent = title;
    this.status.textContent = status === '' ? 'Starting…' : status;
    await Promise.all(figures.map((figure) => this.draw(figure)));
  }

  async restyle(): Promise<void> {
    await Promise.all([...this.curves.values()].map(({ picture }) => picture.draw()));
  }

  dispose(): void {
    for (const { picture } of this.curves.values()) picture.dispose();
  }

  private async draw(figure: ChartFigure): Promise<void> {
    const before = this.curves.get(figure.id);
    const lines = figure.series.map(({ name }) => name).join('\n');
    if (before?.lines === lines) {
      before.summary.textContent = figure.summary;
      return before.picture.update(figure);
    }
    const curve = this.curveOf(figure, lines);
    this.curves.set(figure.id, curve);
    before?.picture.dispose();
    if (before === undefined) this.figures.append(curve.card);
    else before.card.replaceWith(curve.card);
    return curve.picture.open();
  }

  private curveOf(figure: ChartFigure, lines: string): Curve {
    const id = `figure-${figure.id}`;
    const summary = element('p', { class: 'summary' }, figure.summary);
    const picture = new Picture(figure, this.host, {}, { changed: () => undefined, failed: this.failed });
    const card = element(
      'section',
      { class: 'card', 'aria-labelledby': id, 'data-figure': figure.id, 'data-kind': figure.kind },
      element('h2', { id }, figure.title),
      summary,
      picture.element,
    );
    return { card, summary, picture, lines };
  }
}

/** The key of a chart: a switch per series, wrapped to the page instead of squeezing the drawing. */
import type { ChartFigure } from '../src/shared/figure';
import type { PlotTheme } from '../src/shared/palette';
import { swatchSvg } from '../src/shared/svg/swatch';
import { element } from './dom';

export class Legend {
  readonly element: HTMLElement;
  private readonly swatches: HTMLImageElement[] = [];

  /** @param changed is given the names of the series that are switched off */
  constructor(
    private readonly figure: ChartFigure,
    hidden: readonly string[],
    changed: (hidden: string[]) => void,
  ) {
    const off = new Set(hidden);
    const keys = figure.series.map((series) => {
      const swatch = element('img', { alt: '', width: '16', height: '12' });
      this.swatches.push(swatch);
      const title = series.interval === undefined ? undefined : `Interval: ${series.interval}`;
      const key = element('button', { type: 'button', class: 'key', title }, swatch, series.name);
      const show = (): void => key.setAttribute('aria-pressed', String(!off.has(series.name)));
      key.addEventListener('click', () => {
        if (!off.delete(series.name)) off.add(series.name);
        show();
        changed([...off]);
      });
      show();
      return key;
    });
    this.element = element(
      'div',
      { class: 'legend', role: 'group', 'aria-label': `Series of ${figure.title}` },
      ...keys,
    );
  }

  /** Draws the swatches in a theme. */
  restyle(theme: PlotTheme): void {
    this.figure.series.forEach((series, i) => {
      this.swatches[i]!.src = `data:image/svg+xml,${encodeURIComponent(swatchSvg(series, theme))}`;
    });
  }
}

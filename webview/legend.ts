/** The key of a figure: a switch per series or group, wrapped to the page instead of squeezing the drawing. */
import type { ChartFigure } from '../src/shared/figure';
import type { PlotTheme } from '../src/shared/palette';
import { swatchSvg } from '../src/shared/svg/swatch';
import { element } from './dom';

export interface Key {
  readonly name: string;
  /** What is written; default the name. */
  readonly label?: string;
  readonly title?: string | undefined;
  /** A picture of 16 × 12 pixels. */
  swatch(theme: PlotTheme): string;
}

export class Legend {
  readonly element: HTMLElement;
  private readonly swatches: HTMLImageElement[] = [];

  /**
   * @param label of the whole, for screen readers
   * @param changed is given the names of the keys that are switched off
   */
  constructor(
    label: string,
    private readonly keys: readonly Key[],
    hidden: readonly string[],
    changed: (hidden: string[]) => void,
  ) {
    const off = new Set(hidden);
    const switches = keys.map(({ name, label: written = name, title }) => {
      const swatch = element('img', { alt: '', width: '16', height: '12' });
      this.swatches.push(swatch);
      const key = element('button', { type: 'button', class: 'key', title }, swatch, written);
      const show = (): void => key.setAttribute('aria-pressed', String(!off.has(name)));
      key.addEventListener('click', () => {
        if (!off.delete(name)) off.add(name);
        show();
        changed([...off]);
      });
      show();
      return key;
    });
    this.element = element('div', { class: 'legend', role: 'group', 'aria-label': label }, ...switches);
  }

  /** Draws the swatches in a theme. */
  restyle(theme: PlotTheme): void {
    this.keys.forEach((key, i) => {
      this.swatches[i]!.src = `data:image/svg+xml,${encodeURIComponent(key.swatch(theme))}`;
    });
  }
}

/** A key per series of a chart. */
export function seriesKeys(figure: ChartFigure): Key[] {
  return figure.series.map((series) => ({
    name: series.name,
    title: series.interval === undefined ? undefined : `Interval: ${series.interval}`,
    swatch: (theme) => swatchSvg(series, theme),
  }));
}

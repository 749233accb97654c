import type { Matrix } from '../src/shared/map-cells';

/** A figure on screen, whatever draws it. */
export interface Drawing {
  readonly element: HTMLElement;
  /** The full matrix behind a map, once it is here. */
  readonly values?: Matrix | undefined;
  /** Draws for the first time; the element must be in the page. */
  open(): Promise<void>;
  /** Draws anew in the present theme, at the present zoom. */
  draw(): Promise<void>;
  resetZoom(): Promise<void>;
  /** Ink on white, with its title, whatever the theme: a picture for a paper, as a data URL. */
  image(format: 'png' | 'svg'): Promise<string>;
  dispose(): void;
}

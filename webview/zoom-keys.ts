import type { Zoom } from './state';

type Range = readonly [number, number];

/** Share of the visible range that an arrow moves, and factor by which + and − scale it. */
const PAN = 0.2;
const SCALE = 1.5;

/** What the keys do, for the help text of a figure. */
export const zoomKeysHelp = 'Plus and minus zoom, arrow keys move, 0 shows all.';

/**
 * The ranges after a key, `'reset'` for the whole figure, or `undefined` for a key that is not ours.
 * @param ranges as drawn
 */
export function zoomByKey(key: string, { x, y }: Zoom): Zoom | 'reset' | undefined {
  switch (key) {
    case '+':
    case '=':
      return { x: scale(x, 1 / SCALE), y };
    case '-':
    case '_':
      return { x: scale(x, SCALE), y };
    case 'ArrowLeft':
      return { x: pan(x, -PAN), y };
    case 'ArrowRight':
      return { x: pan(x, PAN), y };
    case 'ArrowUp':
      return { x, y: pan(y, PAN) };
    case 'ArrowDown':
      return { x, y: pan(y, -PAN) };
    case '0':
    case 'Escape':
      return 'reset';
    default:
      return undefined;
  }
}

function scale([low, high]: Range, factor: number): Range {
  const middle = (low + high) / 2;
  const half = ((high - low) / 2) * factor;
  return [middle - half, middle + half];
}

function pan([low, high]: Range, share: number): Range {
  const by = (high - low) * share;
  return [low + by, high + by];
}

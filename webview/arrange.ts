import { categoriesOf } from '../src/shared/axis-values';
import type { Figure } from '../src/shared/figure';
import { MOST_LEVEL } from '../src/shared/to-plotly';
import { tableWidth } from './table-model';

/** Characters across the table of half a row in the narrowest window with two columns. */
const HALF_ROW = 64;

export interface Placed {
  readonly figure: Figure;
  /** Takes both columns of a wide window. */
  readonly wide: boolean;
}

/**
 * Reading order for two columns without holes: a map, a cloud, a parallelogram, a chart of many categories and a wide
 * table take a row of their own, everything else half of one. A half that would stand alone before a map is joined by the
 * next half; the last one left over becomes wide. The order on the page is the order in the document, so that the
 * keyboard follows the eye.
 */
export function arrange(figures: readonly Figure[]): Placed[] {
  const waiting = [...figures];
  const placed: Placed[] = [];
  let halves = 0;
  while (waiting.length > 0) {
    const oddBeforeWide = halves % 2 === 1 && isWide(waiting[0]!);
    const partner = oddBeforeWide ? waiting.findIndex((figure) => !isWide(figure)) : 0;
    const [figure] = waiting.splice(Math.max(0, partner), 1) as [Figure];
    if (isWide(figure) && halves % 2 === 1) widenLast(placed);
    halves = isWide(figure) ? 0 : halves + 1;
    placed.push({ figure, wide: isWide(figure) });
  }
  if (halves % 2 === 1) widenLast(placed);
  return placed;
}

function widenLast(placed: Placed[]): void {
  const last = placed.pop()!;
  placed.push({ ...last, wide: true });
}

function isWide(figure: Figure): boolean {
  if (figure.kind === 'table') return tableWidth(figure) > HALF_ROW;
  return (
    figure.kind === 'map' ||
    figure.kind === 'cloud' ||
    figure.kind === 'parallelogram' ||
    (figure.kind === 'chart' && categoriesOf(figure).length > MOST_LEVEL)
  );
}

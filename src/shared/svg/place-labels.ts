/** Bold names beside points, without a font to measure with: inside a box, clear of lines, points and one another. */
import { textWidth } from './text';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels between a point and its name. */
const GAP = 8;
/** Half the side of a point's mark. */
const MARK = 5;
/** Directions from a point to the middle of its name, the ones that are preferred first. */
const DIRECTIONS = [
  [0, -1],
  [0, 1],
  [1, 0],
  [-1, 0],
  [1, -1],
  [-1, -1],
  [1, 1],
  [-1, 1],
] as const;
/** Names are written bold: DejaVu Sans Bold is this much wider. */
const BOLD = 1.15;
/** Square pixels that a later direction must save. */
const PREFERENCE = 4;
/** Square pixels that names which touch cost at least. */
const TOUCH = 2000;
/** A line through a name hurts as much as if it were this thick, in pixels. */
const LINE = 6;

/**
 * The best of all combinations of places, so for a few points only.
 * @param lines pairs of points that a line joins
 * @returns the box of every name
 */
export function placeLabels(
  points: readonly Point[],
  names: readonly string[],
  lines: readonly (readonly [Point, Point])[],
  within: Box,
  fontSize: number,
): Box[] {
  const candidates = points.map((point, i) => {
    const size = { width: BOLD * textWidth(names[i]!, fontSize), height: fontSize * 1.3 };
    return DIRECTIONS.map((direction, rank) => {
      const box = inside(beside(point, size, direction), within);
      const marks = points.reduce((sum, { x, y }) => sum + overlap(box, markAt(x, y)), 0);
      const crossed = lines.reduce((sum, [from, to]) => sum + lengthInside(from, to, box), 0);
      return { box, cost: PREFERENCE * rank + 4 * marks + LINE * crossed };
    });
  });
  let best: { readonly boxes: readonly Box[]; readonly cost: number } = { boxes: [], cost: Infinity };
  const extend = (boxes: readonly Box[], cost: number): void => {
    if (cost >= best.cost) return;
    if (boxes.length === points.length) {
      best = { boxes, cost };
      return;
    }
    for (const { box, cost: own } of candidates[boxes.length]!) {
      const shared = boxes.reduce((sum, other) => sum + touching(box, other), 0);
      extend([...boxes, box], cost + own + shared);
    }
  };
  extend([], 0);
  return [...best.boxes];
}

function beside({ x, y }: Point, size: Pick<Box, 'width' | 'height'>, [across, down]: readonly [number, number]): Box {
  const middle = { x: x + across * (GAP + size.width / 2), y: y + down * (GAP + size.height / 2) };
  return { left: middle.x - size.width / 2, top: middle.y - size.height / 2, ...size };
}

function inside(box: Box, { left, top, width, height }: Box): Box {
  const kept = (from: number, length: number, low: number, room: number): number =>
    Math.max(low, Math.min(from, low + room - length));
  return { ...box, left: kept(box.left, box.width, left, width), top: kept(box.top, box.height, top, height) };
}

function markAt(x: number, y: number): Box {
  return { left: x - MARK, top: y - MARK, width: 2 * MARK, height: 2 * MARK };
}

/** Two names upon each other are the worst of all. */
function touching(a: Box, b: Box): number {
  const area = overlap(a, b);
  return area === 0 ? 0 : TOUCH + 4 * area;
}

function overlap(a: Box, b: Box): number {
  const across = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const down = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return across > 0 && down > 0 ? across * down : 0;
}

/** Pixels of a line that lie inside a box (Liang & Barsky 1984). */
function lengthInside(from: Point, to: Point, { left, top, width, height }: Box): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  let [enter, leave] = [0, 1];
  for (const [step, room] of [
    [-dx, from.x - left],
    [dx, left + width - from.x],
    [-dy, from.y - top],
    [dy, top + height - from.y],
  ] as const) {
    if (step === 0 && room < 0) return 0;
    if (step < 0) enter = Math.max(enter, room / step);
    if (step > 0) leave = Math.min(leave, room / step);
  }
  return Math.max(0, leave - enter) * Math.hypot(dx, dy);
}

/** Two word pairs of a relation as a parallelogram: which ones, where their words lie, how good it is. */
import type { PairSet, PairUse, ParallelogramFigure } from './figure';
import { principalPlane } from './principal-plane';
import { formatNumber } from './ticks';
import { percent } from './words';

/** What is looked at: indices into the figure's relations, its layers and the relation's pairs. */
export interface ParallelogramView {
  readonly relation: number;
  readonly layer: number;
  readonly pairs: readonly [number, number];
}

/** Over all dimensions, of the differences v = b − a and v′ = b′ − a′. */
export interface Qualities {
  /** Parallelogram quality 1 − ‖v − v′‖/(‖v‖ + ‖v′‖); 0 where both have no length. */
  readonly quality: number;
  /** Trapezoid quality cos(v, v′); 0 where one has no length. */
  readonly cosine: number;
}

/** Two arrows in one space: a → b and a′ → b′. */
export interface Parallelogram extends Qualities {
  /** a, b, a′, b′. */
  readonly words: readonly string[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Share of the words' spread that the plane holds. */
  readonly share: number;
}

/** What a figure shows at first: its first relation at the last layer, two pairs of it. */
export function firstView({ relations, layers }: ParallelogramFigure): ParallelogramView {
  return { relation: 0, layer: layers.length - 1, pairs: firstPairs(relations[0]!) };
}

/** The first two held-out pairs; where there are fewer, the first two. */
export function firstPairs({ uses }: PairSet): [number, number] {
  const [first, second] = uses.flatMap((use, pair) => (use === 'held-out' ? pair : []));
  return first === undefined || second === undefined ? [0, 1] : [first, second];
}

/** A remembered view as far as the figure has it. */
export function viewOf(figure: ParallelogramFigure, remembered: Partial<ParallelogramView> = {}): ParallelogramView {
  const first = firstView(figure);
  const { relation = first.relation, layer = first.layer, pairs } = remembered;
  const set = figure.relations[relation];
  if (set === undefined || figure.layers[layer] === undefined) return first;
  const known = pairs !== undefined && pairs[0] !== pairs[1] && pairs.every((pair) => set.uses[pair] !== undefined);
  return { relation, layer, pairs: known ? pairs : firstPairs(set) };
}

/** "Germany → Berlin" */
export function pairName({ words, pairs }: PairSet, pair: number): string {
  return `${words[pairs[2 * pair]!]!} → ${words[pairs[2 * pair + 1]!]!}`;
}

const USES: Readonly<Record<PairUse, string>> = {
  training: 'training pair',
  'held-out': 'held out',
  'left-out': 'left out',
};

/** "Germany → Berlin (held out)" */
export function pairLabel(set: PairSet, pair: number): string {
  return `${pairName(set, pair)} (${USES[set.uses[pair]!]})`;
}

/** Where the words of two pairs lie, and how good a parallelogram they are. */
export function parallelogramOf(figure: ParallelogramFigure, view: ParallelogramView, space: number): Parallelogram {
  const set = figure.relations[view.relation]!;
  const squares = squaresOf(figure, view, space);
  const { x, y, share } = principalPlane(squares, 4);
  const rightward = x[1]! - x[0]! + x[3]! - x[2]! < 0 ? -1 : 1;
  const upward = y[0]! + y[1]! < y[2]! + y[3]! ? -1 : 1;
  return {
    words: cornersOf(set, view).map((word) => set.words[word]!),
    x: x.map((value) => rightward * value),
    y: y.map((value) => upward * value),
    share,
    ...qualities(squares),
  };
}

/** How good a parallelogram two pairs are. */
export function qualitiesOf(figure: ParallelogramFigure, view: ParallelogramView, space: number): Qualities {
  return qualities(squaresOf(figure, view, space));
}

function cornersOf({ pairs }: PairSet, view: ParallelogramView): number[] {
  return view.pairs.flatMap((pair) => [pairs[2 * pair]!, pairs[2 * pair + 1]!]);
}

/** Squared distances of a, b, a′, b′ from one another: [4, 4]. */
function squaresOf(figure: ParallelogramFigure, view: ParallelogramView, space: number): number[] {
  const set = figure.relations[view.relation]!;
  const corners = cornersOf(set, view);
  const known = set.squares[view.layer]![space]!;
  return corners.flatMap((one) => corners.map((other) => between(known, one, other)));
}

function qualities(squares: readonly number[]): Qualities {
  const at = (i: number, j: number): number => squares[4 * i + j]!;
  const [length, other] = [Math.sqrt(at(0, 1)), Math.sqrt(at(2, 3))];
  const product = (at(0, 3) + at(1, 2) - at(0, 2) - at(1, 3)) / 2;
  const gap = Math.sqrt(Math.max(0, at(0, 1) + at(2, 3) - 2 * product));
  return {
    quality: length + other === 0 ? 0 : 1 - gap / (length + other),
    cosine: length * other === 0 ? 0 : Math.min(1, Math.max(-1, product / (length * other))),
  };
}

function between(squares: readonly number[], one: number, other: number): number {
  if (one === other) return 0;
  const [low, high] = one < other ? [one, other] : [other, one];
  return squares[(high * (high - 1)) / 2 + low]!;
}

/** "Parallelogram quality 0.61, cosine 0.7" */
export function qualityInWords({ quality, cosine }: Qualities): string {
  return `Parallelogram quality ${formatNumber(quality, 3)}, cosine ${formatNumber(cosine, 3)}`;
}

/** "The plane holds 91 % of the spread of the four words." */
export function shareInWords({ share, words }: Parallelogram): string {
  const different = new Set(words).size === 4 ? 'four' : 'three';
  if (Number.isNaN(share)) return 'All words lie at one point.';
  return `The plane holds ${percent(share)} of the spread of the ${different} words.`;
}

/** Whether what is drawn is what the method was fitted on. */
export function usesInWords(figure: ParallelogramFigure, view: ParallelogramView): string {
  const { method, relations } = figure;
  const set = relations[view.relation]!;
  const [first, second] = view.pairs.map((pair) => set.uses[pair]!) as [PairUse, PairUse];
  if (first !== second) {
    const [one, other] = view.pairs.map((pair) => `${pairName(set, pair)} ${WAS[set.uses[pair]!]}`);
    return `${one}; ${other}. What ${method} was fitted on looks better than new pairs would.`;
  }
  if (first === 'held-out') return `Both pairs were held out: ${method} was fitted without their words.`;
  if (first === 'left-out')
    return `Both pairs were left out of what ${method} was fitted on, as others share their words.`;
  const others = relations.some(({ uses }) => uses.includes('held-out'))
    ? ' Held-out pairs show how far it carries.'
    : '';
  return `Both pairs are among those that ${method} was fitted on: they look better than new pairs would.${others}`;
}

const WAS: Readonly<Record<PairUse, string>> = {
  training: 'was a training pair',
  'held-out': 'was held out',
  'left-out': 'was left out, as others share its words',
};

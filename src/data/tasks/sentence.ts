import type { RegionMetric, SyntaxGymCondition, SyntaxGymItem, SyntaxGymTask } from './syntaxgym';
import { holds } from './formula-value';

/** A region's place in its sentence, in UTF-16 units; the blank before it belongs to it. */
export interface RegionSpan {
  readonly number: number;
  readonly start: number;
  /** Exclusive; an empty region has start = end. */
  readonly end: number;
}

export interface RegionedSentence {
  readonly text: string;
  readonly regions: readonly RegionSpan[];
}

/**
 * The sentence of a condition as SyntaxGym builds it: contents without outer blanks, empty ones left out, joined by one
 * blank each (also before punctuation).
 */
export function sentenceOf(condition: SyntaxGymCondition): RegionedSentence {
  let text = '';
  const regions = condition.regions.map(({ number, content }) => {
    const words = content.trim();
    const start = text.length;
    if (words !== '') text += start === 0 ? words : ` ${words}`;
    return { number, start, end: text.length };
  });
  return { text, regions };
}

/**
 * Index of the region that a token counts for: the one in which the token starts, even where it ends in the next.
 * @param start UTF-16 index of the token's first character, −1 for a special token
 * @returns −1 for a special token
 */
export function regionOfToken(sentence: RegionedSentence, start: number): number {
  if (start < 0) return -1;
  return sentence.regions.findLastIndex((region) => region.start <= start && region.end > region.start);
}

/**
 * Surprisal of every region, in the unit of `surprisals`.
 * @param starts UTF-16 index of every token's first character; −1 for special tokens, which count for no region
 * @param surprisals −log₂ P of every token; NaN for one that has no prediction (the first without BOS): left out
 * @returns one number per region; an empty region has 0 under `sum`, NaN under any other metric
 */
export function regionSurprisals(
  sentence: RegionedSentence,
  starts: ArrayLike<number>,
  surprisals: ArrayLike<number>,
  metric: RegionMetric = 'sum',
): Float64Array {
  const tokens: number[][] = sentence.regions.map(() => []);
  for (let i = 0; i < starts.length; i++) {
    const region = regionOfToken(sentence, starts[i]!);
    if (region >= 0 && !Number.isNaN(surprisals[i]!)) tokens[region]!.push(surprisals[i]!);
  }
  return Float64Array.from(tokens, (values) => aggregate(values, metric));
}

/**
 * Which formulas of a suite an item meets. The item counts as met when all of them hold (Brain-Score's and the Hugging
 * Face metric's conjunction).
 * @param values per condition of the item, in its order, the regions' surprisals
 * @returns one boolean per formula
 */
export function formulasMet(task: SyntaxGymTask, item: SyntaxGymItem, values: readonly ArrayLike<number>[]): boolean[] {
  const surprisal = (name: string, region: number | '*'): number => {
    const index = item.conditions.findIndex((condition) => condition.name === name);
    const regions = values[index]!;
    if (region === '*') return Array.from(regions).reduce((total, value) => total + value, 0);
    return regions[item.conditions[index]!.regions.findIndex(({ number }) => number === region)]!;
  };
  return task.formulas.map(({ claim }) => holds(claim, surprisal));
}

function aggregate(values: readonly number[], metric: RegionMetric): number {
  const sum = values.reduce((total, value) => total + value, 0);
  if (metric === 'sum') return sum;
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  const lowest = sorted[0]!;
  const highest = sorted.at(-1)!;
  switch (metric) {
    case 'mean':
      return sum / values.length;
    case 'median':
      return (sorted[(values.length - 1) >> 1]! + sorted[values.length >> 1]!) / 2;
    case 'range':
      return highest - lowest;
    case 'max':
      return highest;
    case 'min':
      return lowest;
  }
}

import { Random } from '../../src/math/random';

/** One multiple-choice item as its file has it. */
export interface ChoiceItem {
  readonly context: string;
  readonly choices: readonly string[];
  readonly answer: number;
}

const CHOICES = 4;

/** Worked sums before every item: without them small models do not take the line for a sum. */
const WORKED = ['2 + 3 = 5', '7 - 4 = 3', '6 + 8 = 14'];

/**
 * Sums of numbers up to 20, half plus, half minus, each after three worked ones, with four results of as many digits at
 * equal distances, of which the right one may be any. Every position is right equally often.
 */
export function arithmetic(seed: number, count: number): ChoiceItem[] {
  const random = new Random(seed, 'arithmetic');
  const seen = new Set(WORKED.map((sum) => sum.replace(/ \d+$/, '')));
  return withBalancedAnswers(random, count, (i) => {
    for (;;) {
      const [a, b] = [1 + random.below(20), 1 + random.below(20)];
      const result = i % 2 === 0 ? a + b : a - b;
      const sum = `${a} ${i % 2 === 0 ? '+' : '-'} ${b} =`;
      const step = 1 + random.below(3);
      const lowest = result - step * random.below(CHOICES);
      const options = Array.from({ length: CHOICES }, (_, j) => lowest + j * step);
      const wrong = options.filter((option) => option !== result);
      const alike = options.every((option) => option > 0 && String(option).length === String(result).length);
      if (seen.has(sum) || !alike) continue;
      seen.add(sum);
      return { context: [...WORKED, sum].join('\n'), options: [result, ...wrong].map(String) };
    }
  });
}

/**
 * Series to continue, half of letters, half of numbers: repetitions of two or three, steps through the alphabet,
 * counting by one, two, three, five and ten, up and down. The wrong choices do not continue the series by its rule.
 */
export function patterns(seed: number, count: number): ChoiceItem[] {
  const random = new Random(seed, 'patterns');
  const seen = new Set<string>();
  return withBalancedAnswers(random, count, (i) => {
    for (;;) {
      const series = i % 2 === 0 ? letterSeries(random, i % 4 === 0) : numberSeries(random, i % 4 === 1);
      const context = series.shown.join(' ');
      if (seen.has(context)) continue;
      seen.add(context);
      return { context, options: series.options };
    }
  });
}

/** What is shown, and what may follow: the right continuation first. */
interface Series {
  readonly shown: readonly string[];
  readonly options: readonly string[];
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

function letterSeries(random: Random, repeated: boolean): Series {
  if (repeated)
    return repetition(
      random,
      Array.from(random.sample(26, CHOICES), (i) => ALPHABET[i]!),
    );
  const step = 1 + random.below(2);
  const first = random.below(26 - 6 * step);
  const at = (i: number): string => ALPHABET[first + i * step]!;
  const rest = Array.from(ALPHABET).filter((letter) => letter !== at(6));
  return {
    shown: Array.from({ length: 6 }, (_, i) => at(i)),
    options: [at(6), at(5), at(0), pickOther(random, rest, [at(5), at(0)])],
  };
}

function numberSeries(random: Random, repeated: boolean): Series {
  if (repeated)
    return repetition(
      random,
      Array.from(random.sample(9, CHOICES), (i) => String(i + 1)),
    );
  const step = [1, 2, 3, 5, 10][random.below(5)]!;
  const up = random.below(2) === 0;
  const lowest = 10 + random.below(100 - 10 - 6 * step);
  const at = (i: number): number => (up ? lowest + i * step : lowest + (6 - i) * step);
  const near = Array.from({ length: 21 }, (_, i) => String(at(6) - 10 + i)).filter(
    (text) => text.length === 2 && text !== String(at(6)),
  );
  const shown = Array.from({ length: 6 }, (_, i) => String(at(i)));
  const repeat = shown[5]!;
  const other = pickOther(random, near, [repeat]);
  return { shown, options: [String(at(6)), repeat, other, pickOther(random, near, [repeat, other])] };
}

/** Two or three symbols over and over, cut where any of them may be next; the wrong choices are the others. */
function repetition(random: Random, symbols: readonly string[]): Series {
  const period = 2 + random.below(2);
  const length = 7 + random.below(period);
  const cycle = symbols.slice(0, period);
  const next = cycle[length % period]!;
  return {
    shown: Array.from({ length }, (_, i) => cycle[i % period]!),
    options: [next, ...symbols.filter((symbol) => symbol !== next)],
  };
}

function pickOther(random: Random, list: readonly string[], taken: readonly string[]): string {
  const left = list.filter((entry) => !taken.includes(entry));
  return left[random.below(left.length)]!;
}

/** Puts the right option (the first) at every position equally often, in random order, and shuffles the others. */
function withBalancedAnswers(
  random: Random,
  count: number,
  draw: (i: number) => { context: string; options: readonly string[] },
): ChoiceItem[] {
  const order = random.permutation(count);
  return Array.from(order, (place, i) => {
    const { context, options } = draw(i);
    const answer = place % CHOICES;
    const [right, ...wrong] = options;
    const choices = Array.from(random.permutation(wrong.length), (j) => wrong[j]!);
    choices.splice(answer, 0, right!);
    return { context, choices, answer };
  });
}

import { Random } from '../../src/math/random';

/** One stimulus of the multiple-demand localizer. */
export interface Sum {
  readonly id: string;
  readonly condition: 'hard' | 'easy';
  readonly text: string;
}

/**
 * Hard (operands 100–199) and easy (1–19) sums with their right results, half plus and half minus, all different and
 * none negative: the layout of [LLN], numbers of our own.
 */
export function multipleDemand(seed: number, perCondition: number): Sum[] {
  return [...sums(seed, perCondition, 'hard', 100, 199), ...sums(seed, perCondition, 'easy', 1, 19)];
}

function sums(seed: number, count: number, condition: Sum['condition'], low: number, high: number): Sum[] {
  const random = new Random(seed, `multiple-demand/${condition}`);
  const operand = (): number => low + random.below(high - low + 1);
  const texts = new Set<string>();
  while (texts.size < count) {
    const [a, b] = [operand(), operand()];
    if (texts.size % 2 === 0) texts.add(text(`${a} + ${b}`, a + b));
    else texts.add(text(`${Math.max(a, b)} - ${Math.min(a, b)}`, Math.abs(a - b)));
  }
  return [...texts].map((sum, i) => ({ id: `${condition}-${String(i + 1).padStart(3, '0')}`, condition, text: sum }));
}

function text(sum: string, result: number): string {
  return `Question: Solve ${sum}?\nAnswer: ${result}`;
}

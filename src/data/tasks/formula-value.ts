import type { Claim, Quantity } from './formula';

/** Surprisal in bits of a region (by its number), or of the whole sentence (`*`), in one condition of an item. */
export type SurprisalOf = (condition: string, region: number | '*') => number;

/** SyntaxGym calls two surprisals equal when they differ by at most this, plus a share of the second (NumPy's isclose). */
const EQUAL_ABSOLUTE = 1e-3;
const EQUAL_RELATIVE = 1e-5;

/** Whether an item meets a formula. A comparison with NaN does not hold. */
export function holds(claim: Claim, surprisal: SurprisalOf): boolean {
  if (claim.type === 'comparison') {
    return compare(claim.operator, valueOf(claim.left, surprisal), valueOf(claim.right, surprisal));
  }
  const left = holds(claim.left, surprisal);
  const right = holds(claim.right, surprisal);
  return claim.operator === '&' ? left && right : left || right;
}

function compare(operator: '<' | '>' | '=', left: number, right: number): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '=':
      return Math.abs(left - right) <= EQUAL_ABSOLUTE + EQUAL_RELATIVE * Math.abs(right);
  }
}

function valueOf(quantity: Quantity, surprisal: SurprisalOf): number {
  switch (quantity.type) {
    case 'number':
      return quantity.value;
    case 'region':
      return surprisal(quantity.condition, quantity.region);
    case 'sum': {
      const left = valueOf(quantity.left, surprisal);
      const right = valueOf(quantity.right, surprisal);
      return quantity.operator === '+' ? left + right : left - right;
    }
  }
}

import { describe, expect, it } from 'vitest';
import { parseFormula, regionsOf } from '../../../../src/data/tasks/formula';
import { holds } from '../../../../src/data/tasks/formula-value';

/** Surprisals in bits, per condition, of regions 1, 2, …. */
const SURPRISALS: Readonly<Record<string, readonly number[]>> = {
  match: [1, 2.5, 4],
  mismatch: [1, 2.5, 6.5],
  'no-sub_matrix': [3, 0, 0.25],
};

function surprisal(condition: string, region: number | '*'): number {
  const regions = SURPRISALS[condition]!;
  return region === '*' ? regions.reduce((sum, value) => sum + value, 0) : regions[region - 1]!;
}

function check(formula: string): boolean {
  return holds(parseFormula(formula, 'suite.json, formula 1'), surprisal);
}

describe('a formula holds or not, worked out by hand', () => {
  it.each([
    ['4 < 6.5', '(3;%match%) < (3;%mismatch%)', true],
    ['6.5 < 4', '(3;%mismatch%) < (3;%match%)', false],
    ['2.5 > 2.5 is false', '(2;%match%) > (2;%mismatch%)', false],
    ['2.5 + 4 = 6.5', '((2;%match%) + (3;%match%)) = (3;%mismatch%)', true],
    ['whole sentences: 7.5 < 10', '(*;%match%) < (*;%mismatch%)', true],
    ['4 - 2.5 - 1 > 0 goes from the left', '(3;%match%) - (2;%match%) - (1;%match%) > 0', true],
    ['4 - (2.5 - 1) = 2.5', '(3;%match%) - ((2;%match%) - (1;%match%)) = 2.5', true],
    ['the interaction (6.5 - 4) + (1 - 1) > 2', '((3;%mismatch%)-(3;%match%))+((1;%mismatch%)-(1;%match%))>2', true],
    ['hyphens and underscores in names: 3 > 1', '(1;%no-sub_matrix%) > (1;%match%)', true],
    ['a difference is not part of a name: 3 - 1 = 2', '(1;%no-sub_matrix%)-(1;%match%)=2', true],
    ['square brackets of older suites', '[(3;%match%) < (3;%mismatch%)] & [(1;%match%) < 2]', true],
    ['blanks inside a region', '( 3 ; % match % ) < (3;%mismatch%)', true],
    ['no blanks at all', '((3;%match%)<(3;%mismatch%))&((1;%match%)<2)', true],
    ['signed and scientific numbers: -1 < 1 < 0.2e1', '-1 < (1;%match%) & (1;%match%) < 0.2e1', true],
    ['5 - -3 = 8', '5 - -3 = 8', true],
    ['5-4-3<0', '5-4-3<0', true],
    ['5+4=9-1+1', '5+4=9-1+1', true],
  ])('%s', (_, formula, expected) => {
    expect(check(formula)).toBe(expected);
  });

  it('joins claims by & and | from the left, neither binding tighter', () => {
    expect(check('1 < 2 | 1 < 2 & 2 < 1')).toBe(false);
    expect(check('1 < 2 | (1 < 2 & 2 < 1)')).toBe(true);
    expect(check('2 < 1 & 1 < 2 | 1 < 2')).toBe(true);
  });

  it('calls two surprisals equal as SyntaxGym does: within 0.001 bits and 1e-5 of the second', () => {
    expect(check('1.0009 = 1')).toBe(true);
    expect(check('1.0011 = 1')).toBe(false);
    expect(check('1000.0109 = 1000')).toBe(true);
    expect(check('1000.0111 = 1000')).toBe(false);
  });

  it('does not hold where a surprisal is not a number', () => {
    const claim = parseFormula('(1;%a%) < 5', 'f');
    expect(holds(claim, () => NaN)).toBe(false);
  });

  it('names each region once', () => {
    const claim = parseFormula('((1;%a%) < (2;%a%)) & ((*;%b%) > (1;%a%) + 3)', 'f');
    expect(regionsOf(claim).map(({ region, condition }) => [region, condition])).toEqual([
      [1, 'a'],
      [2, 'a'],
      ['*', 'b'],
    ]);
  });
});

describe('refusing a formula, in one line with the column', () => {
  it.each([
    ['nothing', '', /column 1: it ends too early/],
    ['a sum that compares nothing', '(1;%a%) + 2', /a comparison with <, > or = is missing/],
    ['a surprisal among claims', '(1;%a%) & 1 < 2', /a comparison with <, > or = is missing/],
    ['a claim among surprisals', '(1 < 2) + 3 < 4', /a comparison stands where a surprisal/],
    ['a chained comparison', '(1;%a%) < (2;%a%) < (3;%a%)', /column 19: comparisons cannot be chained/],
    ['an open bracket', '((1;%a%) < 2', /column 13: "\)" is missing/],
    ['the wrong bracket', '[(1;%a%) < 2)', /"]" is missing/],
    ['a bracket too many', '(1;%a%) < 2)', /column 12: "\)" is not expected/],
    ['a region without its name', '(1;a) < 2', /column 3: "\)" is missing/],
    ['multiplication', '2 * (1;%a%) < 3', /column 3: "\*" is not expected/],
    ['an unfinished claim', '(1;%a%) <', /it ends too early/],
  ])('%s', (_, formula, message) => {
    expect(() => parseFormula(formula, 'suite.json, formula 2')).toThrow(message);
    expect(() => parseFormula(formula, 'suite.json, formula 2')).toThrow(
      /^suite\.json, formula 2, column \d+: [^\n]*$/,
    );
  });
});

import { UserError } from '../../shared/errors';

/**
 * The language of SyntaxGym's predictions (Gauthier et al. 2020): `(6;%plaus%)` is the surprisal of region 6 in
 * condition plaus, `(*;%plaus%)` that of the whole sentence. Sums and differences bind tightest, then one comparison,
 * then `&` and `|` (equally, from the left). Square brackets, which older suites use, group like parentheses.
 */

/** A surprisal, a number or a sum of them, in bits. */
export type Quantity =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'region'; readonly condition: string; readonly region: number | '*' }
  | {
      readonly type: 'sum';
      readonly operator: '+' | '-';
      readonly left: Quantity;
      readonly right: Quantity;
    };

/** What a formula says: it holds or it does not. */
export type Claim =
  | {
      readonly type: 'comparison';
      readonly operator: '<' | '>' | '=';
      readonly left: Quantity;
      readonly right: Quantity;
    }
  | { readonly type: 'logic'; readonly operator: '&' | '|'; readonly left: Claim; readonly right: Claim };

export type Region = Extract<Quantity, { type: 'region' }>;

/**
 * Parses one formula.
 * @param where named in messages: "suite.json, formula 1"
 * @throws UserError with the column at which the formula cannot be understood
 */
export function parseFormula(text: string, where: string): Claim {
  const parser = new Parser(text, where);
  const whole = parser.logic();
  parser.end();
  return parser.claim(whole);
}

/** Every region that a formula names, in the order of naming, once each. */
export function regionsOf(claim: Claim): Region[] {
  const regions = new Map<string, Region>();
  const visit = (node: Claim | Quantity): void => {
    if (node.type === 'number') return;
    if (node.type === 'region') regions.set(`${node.region};${node.condition}`, node);
    else [node.left, node.right].forEach(visit);
  };
  visit(claim);
  return [...regions.values()];
}

type Node = Claim | Quantity;

const REGION = /\(\s*(\d+|\*)\s*;\s*%([^%]+)%\s*\)/y;
const NUMBER = /[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/y;
const BRACKETS: Readonly<Record<string, string>> = { '(': ')', '[': ']' };

class Parser {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly where: string,
  ) {}

  logic(): Node {
    let left = this.comparison();
    for (let operator = this.operator('&', '|'); operator !== undefined; operator = this.operator('&', '|')) {
      const claim = this.claim(left);
      left = { type: 'logic', operator, left: claim, right: this.claim(this.comparison()) };
    }
    return left;
  }

  claim(node: Node): Claim {
    if (node.type === 'comparison' || node.type === 'logic') return node;
    throw this.problem('a comparison with <, > or = is missing');
  }

  end(): void {
    if (this.next() !== undefined) throw this.problem(`"${this.next()}" is not expected`);
  }

  private comparison(): Node {
    const left = this.sum();
    const operator = this.operator('<', '>', '=');
    if (operator === undefined) return left;
    const quantity = this.quantity(left);
    const claim: Claim = { type: 'comparison', operator, left: quantity, right: this.quantity(this.sum()) };
    if (/^[<>=]/.test(this.next() ?? '')) throw this.problem('comparisons cannot be chained; join two of them with &');
    return claim;
  }

  private sum(): Node {
    let left = this.operand();
    for (let operator = this.operator('+', '-'); operator !== undefined; operator = this.operator('+', '-')) {
      const quantity = this.quantity(left);
      left = { type: 'sum', operator, left: quantity, right: this.quantity(this.operand()) };
    }
    return left;
  }

  private quantity(node: Node): Quantity {
    if (node.type !== 'comparison' && node.type !== 'logic') return node;
    throw this.problem('a comparison stands where a surprisal or a number is expected');
  }

  private operand(): Node {
    const first = this.next();
    const region = this.match(REGION);
    if (region !== undefined) {
      const [, number, condition] = region;
      return { type: 'region', condition: condition!.trim(), region: number === '*' ? '*' : Number(number) };
    }
    const closing = first === undefined ? undefined : BRACKETS[first];
    if (closing !== undefined) return this.group(closing);
    const number = this.match(NUMBER);
    if (number !== undefined) return { type: 'number', value: Number(number[0]) };
    throw this.problem(first === undefined ? 'it ends too early' : `"${first}" is not expected`);
  }

  private group(closing: string): Node {
    this.at += 1;
    const inside = this.logic();
    if (this.next() !== closing) throw this.problem(`"${closing}" is missing`);
    this.at += 1;
    return inside;
  }

  /** The next character that is not a blank; the parser then stands on it. */
  private next(): string | undefined {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text[this.at];
  }

  private operator<Operator extends string>(...operators: readonly Operator[]): Operator | undefined {
    const found = operators.find((operator) => operator === this.next());
    if (found !== undefined) this.at += 1;
    return found;
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  private problem(what: string): UserError {
    return new UserError(
      `${this.where}, column ${this.at + 1}: ${what} in ${JSON.stringify(this.text)}`,
      'Write formulas like (6;%good%) < (6;%bad%), joined by & or |.',
    );
  }
}

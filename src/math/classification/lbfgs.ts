import { LineSearch } from './line-search';

/** When and how a minimisation ends; scikit-learn's values for `LogisticRegression(solver="lbfgs")` are the defaults. */
export interface MinimiserOptions {
  /** Converged when no component of the gradient is larger. */
  readonly gradientTolerance?: number;
  /** Converged when one iteration decreases the function by no more than this share of it. */
  readonly decreaseTolerance?: number;
  readonly iterations?: number;
}

/** Why a minimisation ended: `stalled` where no step down could be found, `limit` at the most iterations. */
export type MinimiserState = 'running' | 'converged' | 'stalled' | 'limit';

/** Pairs of steps and gradient differences that approximate the Hessian. */
const MEMORY = 10;
/** Evaluations in one line search. */
const EVALUATIONS = 50;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  /** 1/(step · change) */
  readonly rho: number;
}

/**
 * L-BFGS without bounds, step for step as SciPy's L-BFGS-B takes it (10 pairs, Moré–Thuente search, first step of length
 * one), turned inside out: it says at which `point` it wants value and gradient, and is told them, so that many problems
 * can be evaluated by one matrix product.
 */
export class Lbfgs {
  /** Where value and gradient are wanted next; once it has ended, the minimum that it found. */
  readonly point: Float64Array;
  state: MinimiserState = 'running';
  iterations = 0;

  private readonly gradientTolerance: number;
  private readonly decreaseTolerance: number;
  private readonly most: number;
  private readonly from: Float64Array;
  private readonly gradient: Float64Array;
  private readonly direction: Float64Array;
  private value = NaN;
  private pairs: Pair[] = [];
  private search: LineSearch | undefined;
  private slope = 0;
  private evaluations = 0;

  /** @param start is copied */
  constructor(
    start: Float64Array,
    { gradientTolerance = 1e-4, decreaseTolerance = 64 * Number.EPSILON, iterations = 1000 }: MinimiserOptions = {},
  ) {
    this.point = start.slice();
    this.from = start.slice();
    this.gradient = new Float64Array(start.length);
    this.direction = new Float64Array(start.length);
    this.gradientTolerance = gradientTolerance;
    this.decreaseTolerance = decreaseTolerance;
    this.most = iterations;
  }

  /** Takes the function and its gradient at `point`, and moves on. The gradient is copied. */
  tell(value: number, gradient: Float64Array): void {
    if (this.search === undefined) {
      this.value = value;
      this.gradient.set(gradient);
      if (largest(gradient) <= this.gradientTolerance) this.state = 'converged';
      else this.begin();
      return;
    }
    const slope = dot(gradient, this.direction);
    if (this.search.advance(value, slope)) this.accept(value, gradient, slope);
    else if (this.evaluations >= EVALUATIONS) this.giveUp();
    else this.probe();
  }

  /** Starts a search from `from`. */
  private begin(): void {
    this.setDirection();
    this.slope = dot(this.gradient, this.direction);
    if (!(this.slope < 0)) {
      this.giveUp();
      return;
    }
    const first = this.iterations === 0 ? 1 / Math.sqrt(dot(this.direction, this.direction)) : 1;
    this.search = new LineSearch(this.value, this.slope, first);
    this.evaluations = 0;
    this.probe();
  }

  private probe(): void {
    const { step } = this.search!;
    this.evaluations += 1;
    for (let i = 0; i < this.point.length; i += 1) this.point[i] = this.from[i]! + step * this.direction[i]!;
  }

  private accept(value: number, gradient: Float64Array, slope: number): void {
    const { step } = this.search!;
    this.iterations += 1;
    const decrease = this.value - value;
    const scale = Math.max(Math.abs(this.value), Math.abs(value), 1);
    this.remember(gradient, step, slope);
    this.from.set(this.point);
    this.gradient.set(gradient);
    this.value = value;
    if (largest(gradient) <= this.gradientTolerance || decrease <= this.decreaseTolerance * scale) {
      this.state = 'converged';
    } else if (this.iterations >= this.most) this.state = 'limit';
    else this.begin();
  }

  private remember(gradient: Float64Array, step: number, slope: number): void {
    const curvature = (slope - this.slope) * step;
    if (curvature <= Number.EPSILON * -this.slope * step) return;
    const oldest = this.pairs.length === MEMORY ? this.pairs.shift()! : undefined;
    const moved = oldest?.step ?? new Float64Array(gradient.length);
    const change = oldest?.change ?? new Float64Array(gradient.length);
    for (let i = 0; i < gradient.length; i += 1) {
      moved[i] = step * this.direction[i]!;
      change[i] = gradient[i]! - this.gradient[i]!;
    }
    this.pairs.push({ step: moved, change, rho: 1 / curvature });
  }

  /** −H·gradient by the two-loop recursion (Nocedal 1980), the first H scaled by the newest pair. */
  private setDirection(): void {
    const q = this.direction;
    for (let i = 0; i < q.length; i += 1) q[i] = -this.gradient[i]!;
    const newest = this.pairs.at(-1);
    if (newest === undefined) return;
    const alphas = new Float64Array(this.pairs.length);
    for (let p = this.pairs.length - 1; p >= 0; p -= 1) {
      const { step, change, rho } = this.pairs[p]!;
      alphas[p] = rho * dot(step, q);
      addScaled(q, -alphas[p]!, change);
    }
    const scale = 1 / (newest.rho * dot(newest.change, newest.change));
    for (let i = 0; i < q.length; i += 1) q[i]! *= scale;
    this.pairs.forEach(({ step, change, rho }, p) => {
      addScaled(q, alphas[p]! - rho * dot(change, q), step);
    });
  }

  /** Goes back to the last accepted point: from there once more down the gradient, unless that was the direction. */
  private giveUp(): void {
    this.point.set(this.from);
    if (this.pairs.length === 0) {
      this.state = 'stalled';
      return;
    }
    this.pairs = [];
    this.begin();
  }
}

/** Four sums side by side: one alone would wait for its own last addition. */
function dot(a: Float64Array, b: Float64Array): number {
  const whole = a.length - (a.length % 4);
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    s0 += a[i]! * b[i]!;
    s1 += a[i + 1]! * b[i + 1]!;
    s2 += a[i + 2]! * b[i + 2]!;
    s3 += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < a.length; i += 1) s0 += a[i]! * b[i]!;
  return s0 + s1 + (s2 + s3);
}

function addScaled(to: Float64Array, factor: number, what: Float64Array): void {
  for (let i = 0; i < to.length; i += 1) to[i]! += factor * what[i]!;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

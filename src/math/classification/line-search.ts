/** Sufficient decrease, curvature, relative width of the bracket: as L-BFGS-B sets them. */
const DECREASE = 1e-3;
const CURVATURE = 0.9;
const NARROW = 0.1;
const LONGEST = 1e10;

/** A point of the line: step, value, slope. */
interface Probe {
  step: number;
  value: number;
  slope: number;
}

/** The interval that is being narrowed, and its trial step. */
interface Interval {
  /** The end with the least value. */
  readonly best: Probe;
  readonly other: Probe;
  /** Whether a minimum is known to lie between the two. */
  readonly bracketed: boolean;
  readonly step: number;
}

/**
 * The line search of Moré & Thuente (1994), as MINPACK-2's `dcsrch`: it narrows an interval until a step decreases the
 * function enough and its slope has fallen to 0.9 of the first one's size. Asks for one value after another.
 */
export class LineSearch {
  private best: Probe;
  private other: Probe;
  private bracketed = false;
  private sufficient = false;
  private width = LONGEST;
  private previousWidth = 2 * LONGEST;
  private low = 0;
  private high: number;

  /**
   * @param value function at step 0
   * @param slope its derivative there along the line, < 0
   * @param step where the function is wanted next
   */
  constructor(
    private readonly value: number,
    private readonly slope: number,
    public step: number,
  ) {
    this.best = { step: 0, value, slope };
    this.other = { step: 0, value, slope };
    this.high = 5 * step;
  }

  /** Takes value and slope at `step`. @returns true when that step is accepted; otherwise `step` is the next one */
  advance(value: number, slope: number): boolean {
    const least = DECREASE * this.slope;
    const allowed = this.value + this.step * least;
    if (!this.sufficient && value <= allowed && slope >= 0) this.sufficient = true;
    if (this.ends(value, slope, allowed, least)) return true;
    this.narrow({ step: this.step, value, slope }, allowed, least);
    if (this.bracketed) this.bisectWhereSlow();
    this.setLimits();
    this.step = clamp(this.step, 0, LONGEST);
    if (this.exhausted()) this.step = this.best.step;
    return false;
  }

  private ends(value: number, slope: number, allowed: number, least: number): boolean {
    if (this.exhausted()) return true;
    if (this.step === LONGEST && value <= allowed && slope <= least) return true;
    if (this.step === 0 && (value > allowed || slope >= least)) return true;
    return value <= allowed && Math.abs(slope) <= CURVATURE * -this.slope;
  }

  private exhausted(): boolean {
    if (!this.bracketed) return false;
    return this.step <= this.low || this.step >= this.high || this.high - this.low <= NARROW * this.high;
  }

  /** Until a step has decreased the function enough, the search is of the function less its allowed decrease. */
  private narrow(probe: Probe, allowed: number, least: number): void {
    const modified = !this.sufficient && probe.value <= this.best.value && probe.value > allowed;
    const tilt = modified ? least : 0;
    const tilted = (p: Probe, by: number): Probe => ({
      step: p.step,
      value: p.value - p.step * by,
      slope: p.slope - by,
    });
    const next = nextInterval(
      tilted(this.best, tilt),
      tilted(this.other, tilt),
      tilted(probe, tilt),
      this.bracketed,
      this.low,
      this.high,
    );
    this.best = tilted(next.best, -tilt);
    this.other = tilted(next.other, -tilt);
    this.bracketed = next.bracketed;
    this.step = next.step;
  }

  private bisectWhereSlow(): void {
    const span = this.other.step - this.best.step;
    if (Math.abs(span) >= 0.66 * this.previousWidth) this.step = this.best.step + 0.5 * span;
    this.previousWidth = this.width;
    this.width = Math.abs(span);
  }

  private setLimits(): void {
    if (this.bracketed) {
      this.low = Math.min(this.best.step, this.other.step);
      this.high = Math.max(this.best.step, this.other.step);
    } else {
      this.low = this.step + 1.1 * (this.step - this.best.step);
      this.high = this.step + 4 * (this.step - this.best.step);
    }
  }
}

/** MINPACK-2's `dcstep`: a safeguarded cubic or quadratic step, and the interval that holds a minimum after it. */
function nextInterval(
  best: Probe,
  other: Probe,
  probe: Probe,
  bracketed: boolean,
  low: number,
  high: number,
): Interval {
  if (probe.value > best.value) {
    return { best, other: probe, bracketed: true, step: stepToHigherValue(best, probe) };
  }
  if (Math.sign(probe.slope) * Math.sign(best.slope) < 0) {
    return { best: probe, other: best, bracketed: true, step: stepToOppositeSlope(best, probe) };
  }
  const step =
    Math.abs(probe.slope) < Math.abs(best.slope)
      ? stepToFlatterSlope(best, other, probe, bracketed, low, high)
      : stepToSteeperSlope(best, other, probe, bracketed, low, high);
  return { best: probe, other, bracketed, step };
}

function stepToHigherValue(best: Probe, probe: Probe): number {
  const span = probe.step - best.step;
  const { theta, gamma } = cubic(best, probe, span < 0);
  const r = (gamma - best.slope + theta) / (gamma - best.slope + gamma + probe.slope);
  const byCubic = best.step + r * span;
  const byQuadratic = best.step + (best.slope / ((best.value - probe.value) / span + best.slope) / 2) * span;
  if (Math.abs(byCubic - best.step) <= Math.abs(byQuadratic - best.step)) return byCubic;
  return byCubic + (byQuadratic - byCubic) / 2;
}

function stepToOppositeSlope(best: Probe, probe: Probe): number {
  const back = best.step - probe.step;
  const { theta, gamma } = cubic(best, probe, back < 0);
  const r = (gamma - probe.slope + theta) / (gamma - probe.slope + gamma + best.slope);
  const byCubic = probe.step + r * back;
  const bySecant = probe.step + (probe.slope / (probe.slope - best.slope)) * back;
  return Math.abs(byCubic - probe.step) > Math.abs(bySecant - probe.step) ? byCubic : bySecant;
}

function stepToFlatterSlope(
  best: Probe,
  other: Probe,
  probe: Probe,
  bracketed: boolean,
  low: number,
  high: number,
): number {
  const back = best.step - probe.step;
  const { theta, gamma } = cubic(best, probe, back < 0);
  const r = (gamma - probe.slope + theta) / (gamma + (best.slope - probe.slope) + gamma);
  const beyond = back < 0 ? high : low;
  const byCubic = r < 0 && gamma !== 0 ? probe.step + r * back : beyond;
  const bySecant = probe.step + (probe.slope / (probe.slope - best.slope)) * back;
  const cubicIsNearer = Math.abs(byCubic - probe.step) < Math.abs(bySecant - probe.step);
  if (!bracketed) return clamp(cubicIsNearer ? bySecant : byCubic, low, high);
  const nearer = cubicIsNearer ? byCubic : bySecant;
  const limit = probe.step + 0.66 * (other.step - probe.step);
  return back < 0 ? Math.min(limit, nearer) : Math.max(limit, nearer);
}

function stepToSteeperSlope(
  best: Probe,
  other: Probe,
  probe: Probe,
  bracketed: boolean,
  low: number,
  high: number,
): number {
  if (!bracketed) return probe.step > best.step ? high : low;
  const onward = other.step - probe.step;
  const { theta, gamma } = cubic(other, probe, onward < 0);
  const r = (gamma - probe.slope + theta) / (gamma - probe.slope + gamma + other.slope);
  return probe.step + r * onward;
}

/** The cubic through values and slopes of two points: θ and γ of Moré & Thuente, γ negative where asked. */
function cubic(from: Probe, to: Probe, negative: boolean): { theta: number; gamma: number } {
  const theta = (3 * (from.value - to.value)) / (to.step - from.step) + from.slope + to.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(from.slope), Math.abs(to.slope));
  const inside = (theta / scale) ** 2 - (from.slope / scale) * (to.slope / scale);
  const gamma = scale * Math.sqrt(Math.max(0, inside));
  return { theta, gamma: negative ? -gamma : gamma };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

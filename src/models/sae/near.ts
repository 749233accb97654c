/** Distance from the cut, relative to it or to 1, within which float32 sums in another order may decide. */
const NEAR = 1e-5;

/** Counts pre-activations that lie so near the value above which a feature fires that rounding could decide. */
export class NearCounter {
  count = 0;
  /** f32 [features]: the band of each. */
  readonly low: Float32Array;
  readonly high: Float32Array;

  /**
   * @param thresholds f32 [features]: the SAE's own, at least 0
   * @param firesAbove what an activation must exceed to count as firing: a feature fires above the larger of the two
   */
  constructor(thresholds: Float32Array, firesAbove: number) {
    const cuts = Float64Array.from(thresholds, (threshold) => Math.max(threshold, firesAbove));
    const band = (cut: number): number => NEAR * Math.max(1, cut);
    this.low = Float32Array.from(cuts, (cut) => cut - band(cut));
    this.high = Float32Array.from(cuts, (cut) => cut + band(cut));
  }

  /** Exactly 0 is what a row of zeros gives, in any order of summation. */
  look(z: number, feature: number): void {
    if (z >= this.low[feature]! && z <= this.high[feature]! && z !== 0) this.count += 1;
  }
}

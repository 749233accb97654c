import type { FeatureActivations } from '../../data/sae/sae';
import type { NearCounter } from './near';

/** Collects feature activations row by row in arrays that grow. */
export class SparseRows {
  private readonly starts: Int32Array;
  private features: Int32Array;
  private values: Float32Array;
  private row = 0;
  private size = 0;

  /**
   * @param expected entries to make room for at first
   * @param near is shown every pre-activation that may lie at the value that decides firing
   */
  constructor(
    rows: number,
    expected: number,
    private readonly near?: NearCounter,
  ) {
    this.starts = new Int32Array(rows + 1);
    this.features = new Int32Array(expected);
    this.values = new Float32Array(expected);
  }

  /**
   * Adds the next rows of dense pre-activations z [rows, thresholds.length]: those above their feature's threshold.
   * Comparing here costs nothing beside the look at every number that sparseness takes anyway.
   */
  addDense(z: Float32Array, rows: number, thresholds: Float32Array): void {
    const width = thresholds.length;
    const { near } = this;
    // One comparison for the many that are below both.
    const floors =
      near === undefined ? thresholds : thresholds.map((one, feature) => Math.min(one, near.low[feature]!));
    for (let row = 0; row < rows; row++) {
      this.reserve(width);
      const { features, values } = this;
      let size = this.size;
      for (let feature = 0, at = row * width; feature < width; feature++, at++) {
        const value = z[at]!;
        if (!(value >= floors[feature]!)) continue;
        if (value > thresholds[feature]!) {
          features[size] = feature;
          values[size] = value;
          size++;
        }
        near?.look(value, feature);
      }
      this.endRow(size);
    }
  }

  /** Adds the next rows from the k largest of each and their features, in any order: those above 0, features ascending. */
  addTop(values: Float32Array, features: Float32Array, rows: number, k: number): void {
    for (let row = 0; row < rows; row++) {
      this.reserve(k);
      const from = this.size;
      let size = from;
      for (let at = row * k; at < (row + 1) * k; at++) {
        this.near?.look(values[at]!, features[at]!);
        if (!(values[at]! > 0)) continue;
        const feature = features[at]!;
        // Insertion: k is some dozens, and a sort by comparison would need pairs of numbers as objects.
        let place = size;
        for (; place > from && this.features[place - 1]! > feature; place--) {
          this.features[place] = this.features[place - 1]!;
          this.values[place] = this.values[place - 1]!;
        }
        this.features[place] = feature;
        this.values[place] = values[at]!;
        size++;
      }
      this.endRow(size);
    }
  }

  result(): FeatureActivations {
    const { starts, size, near } = this;
    const found = { starts, features: this.features.slice(0, size), values: this.values.slice(0, size) };
    return near === undefined ? found : { ...found, nearThreshold: near.count };
  }

  private endRow(size: number): void {
    this.size = size;
    this.row += 1;
    this.starts[this.row] = size;
  }

  private reserve(more: number): void {
    const wanted = this.size + more;
    if (wanted <= this.features.length) return;
    const capacity = Math.max(wanted, this.features.length * 2);
    const features = new Int32Array(capacity);
    const values = new Float32Array(capacity);
    features.set(this.features.subarray(0, this.size));
    values.set(this.values.subarray(0, this.size));
    this.features = features;
    this.values = values;
  }
}

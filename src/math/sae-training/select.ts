import type { SimdMemory } from './memory';

/** Candidates per wanted element that the guessed threshold should let through: fewer miss some, more cost time. */
const WANTED = 3;
const STEP = 0.02;

/**
 * The k largest of every row, exactly; of equal values those of lower index. A threshold guessed from the rows before lets
 * a few times k elements through to a heap; where it let through fewer than k, the whole row goes.
 */
export class TopK {
  private readonly row: Float32Array;
  private readonly passed: Int32Array;
  private readonly heapValues: Float32Array;
  private readonly heapIndices: Int32Array;
  private threshold = -Infinity;

  /** @param length elements of a row */
  constructor(
    private readonly memory: SimdMemory,
    private readonly length: number,
    private readonly k: number,
  ) {
    this.row = memory.floats(length);
    this.passed = memory.integers(length + 4);
    this.heapValues = new Float32Array(k);
    this.heapIndices = new Int32Array(k);
  }

  /** Lengths of the arrays that one instance takes in the memory. */
  static lengths(length: number): readonly number[] {
    return [length, length + 4];
  }

  /**
   * @param values row-major; `row` is the one to look at
   * @param indices i32 [k] and `selected` f32 [k] take the k largest, in ascending order of index
   */
  select(values: Float32Array, row: number, indices: Int32Array, selected: Float32Array): void {
    this.row.set(values.subarray(row * this.length, (row + 1) * this.length));
    let count = this.candidates(this.threshold);
    if (count < this.k) count = this.candidates(-Infinity);
    this.heap(count);
    this.adapt(count);
    indices.set(this.heapIndices);
    indices.sort();
    for (let j = 0; j < this.k; j++) selected[j] = this.row[indices[j]!]!;
  }

  /** Puts the indices of elements above the threshold (all for −∞) into `passed`, ascending. @returns how many */
  private candidates(threshold: number): number {
    const { row, passed, length } = this;
    if (threshold === -Infinity) {
      for (let i = 0; i < length; i++) passed[i] = i;
      return length;
    }
    const whole = length - (length % 4);
    let count = this.memory.simd.above(row.byteOffset, whole, threshold, passed.byteOffset);
    for (let i = whole; i < length; i++) if (row[i]! > threshold) passed[count++] = i;
    return count;
  }

  /** The k largest of the candidates, as a heap with the smallest at its root. */
  private heap(count: number): void {
    const { row, passed, heapValues, heapIndices, k } = this;
    for (let j = 0; j < k; j++) {
      let at = j;
      const index = passed[j]!;
      const value = row[index]!;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (heapValues[parent]! <= value) break;
        heapValues[at] = heapValues[parent]!;
        heapIndices[at] = heapIndices[parent]!;
        at = parent;
      }
      heapValues[at] = value;
      heapIndices[at] = index;
    }
    for (let j = k; j < count; j++) {
      const index = passed[j]!;
      const value = row[index]!;
      if (value > heapValues[0]!) this.replaceSmallest(value, index);
    }
  }

  private replaceSmallest(value: number, index: number): void {
    const { heapValues, heapIndices, k } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= k) break;
      if (child + 1 < k && heapValues[child + 1]! < heapValues[child]!) child += 1;
      if (heapValues[child]! >= value) break;
      heapValues[at] = heapValues[child]!;
      heapIndices[at] = heapIndices[child]!;
      at = child;
    }
    heapValues[at] = value;
    heapIndices[at] = index;
  }

  /** Moves the guess for the next row: the smallest selected value, less a margin that follows the counts. */
  private adapt(count: number): void {
    const smallest = this.heapValues[0]!;
    if (!Number.isFinite(smallest)) {
      this.threshold = -Infinity;
      return;
    }
    if (count === this.length) this.threshold = smallest - Math.abs(smallest) * 0.25;
    else this.threshold += (count > WANTED * this.k ? STEP : -STEP) * Math.max(Math.abs(smallest), 1e-3);
  }
}

import type { Sizes } from './architectures/architecture';
import type { Range } from './segments';
import type { Ablation } from './transformer';

/** The ablations that run together, as a segment's graph takes them. */
export class Conditions {
  constructor(
    private readonly ablations: readonly (Ablation | undefined)[],
    private readonly sizes: Sizes,
  ) {
    const expected = sizes.layers * sizes.width;
    for (const { keep, fill } of ablations.filter((ablation) => ablation !== undefined)) {
      for (const table of [keep, fill]) {
        if (table !== undefined && table.length !== expected) {
          throw new RangeError(`the ablation has ${table.length} entries, not ${sizes.layers} × ${sizes.width}`);
        }
      }
    }
  }

  get count(): number {
    return this.ablations.length;
  }

  /** The first block after which some condition changes the stream; the number of blocks where none does. */
  get firstAblated(): number {
    const { layers, width } = this.sizes;
    const first = this.ablations.map((ablation) => {
      const unit = ablation?.keep.findIndex((value, i) => value !== 1 || (ablation.fill?.[i] ?? 0) !== 0) ?? -1;
      return unit < 0 ? layers : Math.floor(unit / width);
    });
    return Math.min(...first);
  }

  /** f32 [blocks of the range, conditions, width] */
  keep(range: Range): Float32Array {
    return this.table(range, 1, (ablation) => ablation.keep);
  }

  /** f32 [blocks of the range, conditions, width] */
  fill(range: Range): Float32Array {
    return this.table(range, 0, (ablation) => ablation.fill);
  }

  private table(
    { from, to }: Range,
    neutral: number,
    pick: (ablation: Ablation) => Float32Array | undefined,
  ): Float32Array {
    const { width } = this.sizes;
    const rows = new Float32Array((to - from) * this.count * width).fill(neutral);
    this.ablations.forEach((ablation, condition) => {
      const source = ablation === undefined ? undefined : pick(ablation);
      if (source === undefined) return;
      for (let layer = from; layer < to; layer += 1) {
        const row = (layer - from) * this.count + condition;
        rows.set(source.subarray(layer * width, (layer + 1) * width), row * width);
      }
    });
    return rows;
  }
}

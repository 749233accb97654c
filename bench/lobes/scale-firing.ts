import type { FiringPart } from '../../src/math/cooccurrence/cooccurrence';
import { Random } from '../../src/math/random';

const LOBES = 8;
const BIN = 64;

/** Features of one lobe and similar rate. */
interface Bin {
  readonly lobe: number;
  readonly features: Int32Array;
  readonly rates: Float64Array;
}

/**
 * Firing as of a sparse autoencoder's features: block rates lognormal (σ = 1.5, mean 7 %, some features in most blocks, half
 * of them below 2.5 %), eight lobes of unequal size, whose features fire three times as often in blocks of their topic.
 */
export class Firing {
  /** Seconds spent here. */
  seconds = 0;
  /** Firings so far. */
  fired = 0;
  private readonly random: Random;
  private readonly lobes: Int32Array;
  private readonly bins: readonly Bin[];
  private readonly marked: Uint8Array;

  constructor(
    private readonly features: number,
    private readonly blocks: number,
    seed: number,
  ) {
    this.random = new Random(seed);
    this.marked = new Uint8Array(features);
    const rates = Float64Array.from({ length: features }, () =>
      Math.min(0.9, 0.026 * Math.exp(1.5 * this.random.normal())),
    );
    this.lobes = Int32Array.from({ length: features }, () => Math.floor(LOBES * this.random.uniform() ** 1.3));
    this.bins = Array.from({ length: LOBES }, (_, lobe) => {
      const own = [...rates.keys()].filter((i) => this.lobes[i] === lobe).sort((a, b) => rates[b]! - rates[a]!);
      const starts = Array.from({ length: Math.ceil(own.length / BIN) }, (_, b) => b * BIN);
      return starts.map((start) => {
        const some = Int32Array.from(own.slice(start, start + BIN));
        return { lobe, features: some, rates: Float64Array.from(some, (i) => rates[i]!) };
      });
    }).flat();
  }

  lobeOf(feature: number): number {
    return this.lobes[feature]!;
  }

  /** The next `count` blocks; topics come in runs of four, as blocks of one document. */
  part(first: number, count: number): FiringPart {
    const began = performance.now();
    const starts = new Int32Array(count + 1);
    const list = new Int32Array(count * this.features);
    let filled = 0;
    let topic = 0;
    for (let b = 0; b < count && first + b < this.blocks; b++) {
      if (b % 4 === 0) topic = this.random.below(LOBES);
      for (const bin of this.bins) this.mark(bin, bin.lobe === topic ? 3 : 0.8);
      for (let i = 0; i < this.features; i++) {
        if (this.marked[i] === 0) continue;
        this.marked[i] = 0;
        list[filled++] = i;
      }
      starts[b + 1] = filled;
    }
    this.fired += filled;
    this.seconds += (performance.now() - began) / 1000;
    return { first, starts, features: list.slice(0, filled) };
  }

  /** Each feature of a bin with its own probability: geometric jumps at the largest, thinned. */
  private mark({ features, rates }: Bin, factor: number): void {
    const most = Math.min(0.95, rates[0]! * factor);
    const scale = 1 / Math.log1p(-most);
    for (let at = this.jump(scale); at < features.length; at += 1 + this.jump(scale)) {
      const rate = Math.min(0.95, rates[at]! * factor);
      if (this.random.uint32() < (rate / most) * 2 ** 32) this.marked[features[at]!] = 1;
    }
  }

  private jump(scale: number): number {
    return Math.floor(Math.log((this.random.uint32() + 0.5) / 2 ** 32) * scale);
  }
}

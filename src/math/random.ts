/**
 * The seeded generator of every result: xoshiro128** 1.1 (Blackman & Vigna 2018, https://prng.di.unimi.it), its state
 * filled by SplitMix32 (the 32-bit finaliser of MurmurHash3 over a Weyl sequence). The same seed and label give the same
 * numbers on every platform.
 */
export class Random {
  private readonly state: Uint32Array;

  /**
   * @param seed any safe integer
   * @param label tells streams of one seed apart: "controls/random/3"
   */
  constructor(
    private readonly seed: number,
    private readonly label = '',
  ) {
    const low = seed >>> 0;
    const high = Math.floor(seed / 2 ** 32) >>> 0;
    let weyl = mix(low ^ mix(high ^ hash(label)));
    this.state = Uint32Array.from({ length: 4 }, () => {
      weyl = (weyl + 0x9e3779b9) >>> 0;
      return mix(weyl);
    });
  }

  /** A generator of its own for one purpose; it does not depend on what was drawn here. */
  fork(label: string): Random {
    return new Random(this.seed, this.label === '' ? label : `${this.label}/${label}`);
  }

  /** Uniform integer in 0…2³²−1. */
  uint32(): number {
    return nextXoshiro(this.state);
  }

  /** Fills a list with the next values of `uint32`, without a call for each. */
  fill(out: Uint32Array): void {
    let [a, b, c, d] = this.state as unknown as [number, number, number, number];
    for (let i = 0; i < out.length; i += 1) {
      const scrambled = Math.imul(b, 5);
      out[i] = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
      const shifted = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= shifted;
      d = (d << 11) | (d >>> 21);
    }
    this.state.set([a, b, c, d]);
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** Uniform integer in 0…n−1 without bias, n ≤ 2³². @throws RangeError for other n */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new RangeError(`no integer below ${n}`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let drawn = this.uint32();
    while (drawn >= limit) drawn = this.uint32();
    return drawn % n;
  }

  /**
   * One standard normal (Marsaglia's polar method; the second of each pair is not kept, so that a state is four words).
   * Millions of them: `fillNormal`.
   */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) return u * Math.sqrt((-2 * Math.log(square)) / square);
    }
  }

  /** Gamma with this shape ≥ 1 and scale 1 (Marsaglia & Tsang 2000). */
  gamma(shape: number): number {
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** A uniform permutation of 0…n−1 (Fisher–Yates). */
  permutation(n: number): Int32Array {
    return this.sample(n, n);
  }

  /**
   * `count` of 0…n−1 without replacement, in random order (partial Fisher–Yates).
   * @throws RangeError when count > n
   */
  sample(n: number, count: number): Int32Array {
    if (count > n) throw new RangeError(`cannot draw ${count} of ${n} without replacement`);
    const pool = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < count; i++) {
      const j = i + this.below(n - i);
      const drawn = pool[j]!;
      pool[j] = pool[i]!;
      pool[i] = drawn;
    }
    return pool.slice(0, count);
  }
}

/** One step of xoshiro128** 1.1 on its four words of state; exported so that the published sequence can be checked. */
export function nextXoshiro(state: Uint32Array): number {
  const result = Math.imul(rotateLeft(Math.imul(state[1]!, 5), 7), 9) >>> 0;
  const shifted = state[1]! << 9;
  state[2]! ^= state[0]!;
  state[3]! ^= state[1]!;
  state[1]! ^= state[2]!;
  state[0]! ^= state[3]!;
  state[2]! ^= shifted;
  state[3] = rotateLeft(state[3]!, 11);
  return result;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** MurmurHash3's 32-bit finaliser. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 code units. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

import { describe, expect, it } from 'vitest';
import { Random, nextXoshiro } from '../../../src/math/random';
import { golden } from './golden';

describe('the seeded generator', () => {
  it('steps as the published xoshiro128**', () => {
    const state = Uint32Array.from(golden.xoshiro.state);
    expect(golden.xoshiro.next.map(() => nextXoshiro(state))).toEqual(golden.xoshiro.next);
  });

  it('repeats itself for a seed and differs between seeds and labels', () => {
    const draw = (seed: number, label?: string): number[] => {
      const random = new Random(seed, label);
      return [random.uint32(), random.uint32(), random.uint32()];
    };
    expect(draw(7)).toEqual(draw(7));
    const seeds = [0, 1, 2 ** 32, -1, 2 ** 40 + 1];
    const streams = [...seeds.map((seed) => draw(seed)), draw(0, 'a'), draw(0, 'b')];
    expect(new Set(streams.map(String)).size).toBe(streams.length);
  });

  it('forks by label, whatever was drawn before', () => {
    const used = new Random(3);
    used.uint32();
    expect(used.fork('halves').uint32()).toBe(new Random(3).fork('halves').uint32());
    expect(used.fork('a').fork('b').uint32()).toBe(new Random(3, 'a/b').uint32());
  });

  it('is uniform: χ² of 64 bins over 64,000 draws within its 0.01 % tails', () => {
    const random = new Random(11);
    const bins = new Float64Array(64);
    for (let i = 0; i < 64_000; i++) bins[Math.floor(random.uniform() * 64)]! += 1;
    const chi2 = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // scipy.stats.chi2(63).ppf([0.0001, 0.9999])
    expect(chi2).toBeGreaterThan(29.5);
    expect(chi2).toBeLessThan(113.5);
  });

  it('draws every integer below n about equally often', () => {
    const random = new Random(5);
    const counts = new Float64Array(6);
    for (let i = 0; i < 60_000; i++) counts[random.below(6)]! += 1;
    // Six binomials with s.d. 91: within 5 s.d.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(456);
    expect(() => random.below(0)).toThrow(RangeError);
  });

  it('samples without replacement, every element equally likely', () => {
    const random = new Random(9);
    const counts = new Float64Array(10);
    for (let i = 0; i < 10_000; i++) {
      const drawn = random.sample(10, 3);
      expect(new Set(drawn).size).toBe(3);
      for (const element of drawn) counts[element]! += 1;
    }
    // Binomial(10,000, 0.3) has s.d. 45.8: within 5 s.d.
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(230);
    expect(() => random.sample(2, 3)).toThrow(RangeError);
  });

  it('permutes', () => {
    const permutation = new Random(1).permutation(100);
    expect(Array.from(permutation).sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(Array.from(permutation)).not.toEqual(Array.from(permutation).sort((a, b) => a - b));
  });
});

describe('normal and gamma numbers', () => {
  it('have the moments of their distributions', () => {
    const random = new Random(5, 'moments');
    const n = 40_000;
    const normals = Float64Array.from({ length: n }, () => random.normal());
    const moment = (power: number): number => normals.reduce((sum, x) => sum + x ** power, 0) / n;
    // Standard errors at n = 40,000: 0.005, 0.007, 0.019, 0.049; five of each.
    expect(Math.abs(moment(1))).toBeLessThan(0.025);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.036);
    expect(Math.abs(moment(3))).toBeLessThan(0.1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.25);
    const gammas = Float64Array.from({ length: n }, () => random.gamma(3.5));
    const average = gammas.reduce((sum, x) => sum + x, 0) / n;
    const variance = gammas.reduce((sum, x) => sum + (x - average) ** 2, 0) / n;
    // Mean and variance are both the shape; standard errors 0.009 and 0.035.
    expect(Math.abs(average - 3.5)).toBeLessThan(0.047);
    expect(Math.abs(variance - 3.5)).toBeLessThan(0.18);
  });
});

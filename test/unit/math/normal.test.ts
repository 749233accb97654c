import { describe, expect, test } from 'vitest';
import { fillNormal } from '../../../src/math/normal';
import { Random } from '../../../src/math/random';

describe('standard normals', () => {
  test('fall into bins as the normal distribution says, tail included', () => {
    const n = 400_000;
    const drawn = new Float32Array(n);
    fillNormal(drawn, new Random(12));
    // P(X < edge), scipy.stats.norm.cdf; 3.4426… is where the ziggurat's tail begins.
    const cdf: [edge: number, p: number][] = [
      [-3.442619855899, 2.880542562e-4],
      [-2, 0.0227501319],
      [-1, 0.1586552539],
      [-0.25, 0.4012936743],
      [0, 0.5],
      [0.1, 0.5398278373],
      [0.6744897502, 0.75],
      [1.644853627, 0.95],
      [3, 0.998650102],
      [4, 0.9999683288],
    ];
    for (const [edge, p] of cdf) {
      const below = drawn.reduce((count, x) => count + Number(x < edge), 0) / n;
      expect(Math.abs(below - p), `below ${edge}`).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
    }
  });

  test('neighbours are uncorrelated, a seed gives the same numbers', () => {
    const drawn = new Float32Array(100_001);
    fillNormal(drawn, new Random(1));
    let [squares, lagged] = [0, 0];
    for (let i = 1; i < drawn.length; i += 1) {
      squares += drawn[i]! ** 2;
      lagged += drawn[i]! * drawn[i - 1]!;
    }
    // Standard errors √2/√n and 1/√n.
    expect(Math.abs(squares / 100_000 - 1)).toBeLessThan(0.018);
    expect(Math.abs(lagged / 100_000)).toBeLessThan(0.013);
    const again = new Float32Array(100_001);
    fillNormal(again, new Random(1));
    expect(again).toEqual(drawn);
  });

  test('a list filled at once holds the generator’s next values', () => {
    const [one, other] = [new Random(7), new Random(7)];
    const filled = new Uint32Array(1000);
    one.fill(filled);
    expect([...filled]).toEqual(Array.from({ length: 1000 }, () => other.uint32()));
    expect(one.uint32()).toBe(other.uint32());
  });
});

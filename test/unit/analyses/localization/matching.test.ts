import { describe, expect, it } from 'vitest';
import { drawControls } from '../../../../src/math/units/controls';
import { drawMatched } from '../../../../src/math/units/matching';
import { Random } from '../../../../src/math/random';

function layer(width: number, selected: readonly number[]): Uint8Array {
  const mask = new Uint8Array(width);
  for (const rank of selected) mask[rank] = 1;
  return mask;
}

describe('matching magnitude ranks', () => {
  it('stays within ±2 % of the width where the unselected allow it', () => {
    const selected = Array.from({ length: 40 }, (_, i) => i * 14 + 3);
    for (let seed = 0; seed < 20; seed++) {
      const matches = drawMatched(layer(576, selected), new Random(seed));
      expect(matches.map(({ rank }) => rank).sort((a, b) => a - b)).toEqual(selected);
      expect(new Set(matches.map(({ drawn }) => drawn)).size).toBe(40);
      for (const { rank, drawn } of matches) {
        expect(selected).not.toContain(drawn);
        expect(Math.abs(rank - drawn)).toBeLessThanOrEqual(11);
      }
    }
  });

  it('takes the nearest possible where selected units crowd at the top', () => {
    // Ranks 80…99 of 100: the twenty below them are needed, so the window is exactly 20 whatever is drawn.
    const crowd = Array.from({ length: 20 }, (_, i) => 80 + i);
    for (let seed = 0; seed < 20; seed++) {
      const matches = drawMatched(layer(100, crowd), new Random(seed));
      expect(matches.map(({ drawn }) => drawn).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, i) => 60 + i),
      );
      for (const { rank, drawn } of matches) expect(rank - drawn).toBeLessThanOrEqual(20);
    }
  });

  it('uses all of the unselected when half is selected', () => {
    const half = Array.from({ length: 10 }, (_, i) => 2 * i);
    const drawn = drawMatched(layer(20, half), new Random(1)).map((match) => match.drawn);
    expect(drawn.sort((a, b) => a - b)).toEqual(half.map((rank) => rank + 1));
  });

  it('reaches every unit of the window', () => {
    const reached = new Set<number>();
    for (let seed = 0; seed < 200; seed++) reached.add(drawMatched(layer(200, [100]), new Random(seed))[0]!.drawn);
    expect([...reached].sort((a, b) => a - b)).toEqual([96, 97, 98, 99, 101, 102, 103, 104]);
  });

  it('holds every difference of very many units', () => {
    // More than a call takes as arguments: 8,000 layers of 40 units, half of them selected.
    const [layers, width] = [8000, 40];
    const units = layers * width;
    const selected = Uint8Array.from({ length: units }, (_, unit) => unit % 2);
    const magnitude = new Float64Array(units).map((_, unit) => unit);
    const source = { selected, magnitude, layers, width };
    const { masks, match } = drawControls('random-magnitude-matched', source, 1, new Random(1));
    expect(masks.reduce((sum, bit) => sum + bit, 0)).toBe(units / 2);
    expect(match!.max).toBe(1 / width);
  });

  it('goes by mean |activation|, not by position', () => {
    const magnitude = Float64Array.from({ length: 100 }, (_, unit) => (unit * 37) % 100);
    const selected = layer(100, [5]);
    const { masks, match } = drawControls(
      'random-magnitude-matched',
      { selected, magnitude, layers: 1, width: 100 },
      5,
      new Random(2),
    );
    for (let seed = 0; seed < 5; seed++) {
      const drawn = masks.subarray(seed * 100, (seed + 1) * 100).indexOf(1);
      expect(Math.abs(magnitude[drawn]! - magnitude[5]!)).toBeLessThanOrEqual(2);
    }
    expect(match!.max).toBeLessThanOrEqual(0.02);
  });
});

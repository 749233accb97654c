import { describe, expect, test } from 'vitest';
import { holdOut } from '../../../../src/analyses/sae-training/rows';
import { Random } from '../../../../src/math/random';
import { UserError } from '../../../../src/shared/errors';

const draw = (rows: number[], share: number, seed: number): Uint8Array =>
  holdOut(Int32Array.from(rows), share, new Random(seed, 'hold out'));
const heldRows = (rows: number[], held: Uint8Array): number => rows.reduce((sum, n, i) => sum + n * held[i]!, 0);

describe('documents held out of training', () => {
  test('hold at least the share of all rows, and at most a document more', () => {
    const rows = Array.from({ length: 200 }, (_, i) => 50 + (i % 7));
    for (let seed = 0; seed < 20; seed += 1) {
      const share = heldRows(rows, draw(rows, 0.05, seed)) / rows.reduce((a, b) => a + b);
      expect(share).toBeGreaterThanOrEqual(0.05);
      expect(share).toBeLessThan(0.05 + 60 / 10_000);
    }
  });

  test('never a book among articles', () => {
    const rows = [100_000, ...Array.from({ length: 100 }, () => 100)];
    for (let seed = 0; seed < 50; seed += 1) expect(draw(rows, 0.05, seed)[0]).toBe(0);
  });

  test('where every document is longer than that, the shortest', () => {
    expect([...draw([900, 700, 800], 0.05, 1)]).toEqual([0, 1, 0]);
  });

  test('one document alone is refused', () => {
    expect(() => draw([100], 0.05, 0)).toThrow(UserError);
  });
});

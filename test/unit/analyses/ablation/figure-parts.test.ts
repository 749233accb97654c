import { expect, it } from 'vitest';
import { inWords, short } from '../../../../src/analyses/ablation/figure-parts';

it('deficits that cancel but for rounding are shown as 0, real ones as they are', () => {
  const cancelled = (0.1 + 0.2 - 0.3) / 13;
  expect(cancelled).not.toBe(0);
  expect([short(cancelled), inWords(cancelled)]).toEqual([0, '0']);
  expect([short(-1 / 13_000), inWords(-1 / 13_000)]).toEqual([-7.6923e-5, '−0.0000769']);
  expect(short(NaN)).toBeNull();
});

import { describe, expect, it } from 'vitest';
import { defaultBudget, parseBytes } from '../../../src/shared/memory-size';

describe('an amount of memory', () => {
  it.each([
    ['4GB', 4e9],
    ['1.5 GiB', 1.5 * 2 ** 30],
    [' 800mb ', 8e8],
    ['4G', 4e9],
    ['2ki', 2048],
    ['123', 123],
  ])('%s is read', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', '0GB', '-1GB', '4 XB', 'auto', '1e9'])('“%s” is none', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });

  it('is by default 60 % of a container’s limit, or of the RAM where the limit is none or larger', () => {
    expect(defaultBudget(10e9, 20e9)).toBe(6e9);
    expect(defaultBudget(0, 20e9)).toBe(12e9);
    expect(defaultBudget(2 ** 63, 20e9)).toBe(12e9);
  });
});

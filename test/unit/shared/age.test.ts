import { expect, it } from 'vitest';
import { age } from '../../../src/shared/age';

it('an age is told in its largest unit, rounded down; a clock that went back is now', () => {
  const now = new Date('2026-03-04T12:00:00Z');
  const ago = (seconds: number): string => age(new Date(now.getTime() - seconds * 1000), now);
  expect([59, 60, 3599, 7300, 86_399, 86_400, 3 * 86_400].map(ago)).toEqual([
    'just now',
    '1 min ago',
    '59 min ago',
    '2 h ago',
    '23 h ago',
    '1 d ago',
    '3 d ago',
  ]);
  expect(ago(-100)).toBe('just now');
});

import type { Condition } from './contrast';

/** Names of the two halves: odd and even positions within a condition, counted from 1. */
export const HALVES = ['odd', 'even'] as const;
export type Half = (typeof HALVES)[number];

/** Rows of one half of a condition, in file order. */
export function halfOf(condition: Condition, half: Half): Int32Array {
  const parity = half === 'odd' ? 0 : 1;
  return condition.rows.filter((_, i) => i % 2 === parity);
}

/** Whether both halves of both conditions of the contrast hold the two stimuli that Welch's test needs. */
export function canSplit(conditions: readonly Condition[]): boolean {
  return conditions.slice(0, 2).every(({ rows }) => rows.length >= 4);
}

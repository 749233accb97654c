import type { Random } from '../random';

/** A selected rank and the unselected rank drawn for it. */
export interface Match {
  readonly rank: number;
  readonly drawn: number;
}

/** Ranks are drawn within this share of the layer's width where the unselected allow it. */
const WINDOW = 0.02;

/**
 * For every selected rank of a layer a different unselected one near it. All lie within ±w ranks, with w the smallest
 * window of at least 2 % of the width in which every selected rank can have one of its own; within that, at random.
 * @param selected u8 by rank, 1 = selected; at most half are
 */
export function drawMatched(selected: Uint8Array, random: Random): Match[] {
  const ranks = Array.from(selected.keys()).filter((rank) => selected[rank] === 1);
  const free = selected.map((bit) => 1 - bit);
  const window = smallestWindow(ranks, free);
  const open = new Set(ranks);
  const matches: Match[] = [];
  for (const i of random.permutation(ranks.length)) {
    const rank = ranks[i]!;
    open.delete(rank);
    const others = ranks.filter((other) => open.has(other));
    const candidates = nearby(free, rank, window);
    const drawn = random.permutation(candidates.length).find((c) => leavesRoom(candidates[c]!, others, free, window))!;
    free[candidates[drawn]!] = 0;
    matches.push({ rank, drawn: candidates[drawn]! });
  }
  return matches;
}

function smallestWindow(ranks: readonly number[], free: Uint8Array): number {
  let low = Math.max(1, Math.floor(WINDOW * free.length));
  let high = free.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (canMatch(ranks, free, middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function nearby(free: Uint8Array, rank: number, window: number): number[] {
  const candidates: number[] = [];
  for (let r = Math.max(0, rank - window); r <= Math.min(free.length - 1, rank + window); r++) {
    if (free[r] === 1) candidates.push(r);
  }
  return candidates;
}

function leavesRoom(candidate: number, others: readonly number[], free: Uint8Array, window: number): boolean {
  free[candidate] = 0;
  const possible = canMatch(others, free, window);
  free[candidate] = 1;
  return possible;
}

/** Whether every rank (ascending) can have its own free one within ±window. Taking the lowest is optimal: windows are equally wide. */
function canMatch(ranks: readonly number[], free: Uint8Array, window: number): boolean {
  let next = 0;
  for (const rank of ranks) {
    next = Math.max(next, rank - window);
    while (next < free.length && free[next] === 0) next += 1;
    if (next >= free.length || next > rank + window) return false;
    next += 1;
  }
  return true;
}

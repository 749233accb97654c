import type { Random } from '../random';
import { argsort, percentile } from '../statistics';
import { UserError } from '../../shared/errors';
import { drawMatched } from './matching';
import { sizeOf } from './selection';

/** Kinds of control units, always kept apart. */
export const CONTROL_KINDS = ['random', 'random-layer-matched', 'random-magnitude-matched'] as const;
export type ControlKind = (typeof CONTROL_KINDS)[number];

/** How closely magnitude ranks were matched: |rank difference| within a layer as a share of its width, over all draws. */
export interface Match {
  readonly median: number;
  readonly max: number;
}

/** Control unit sets of one kind. */
export interface ControlSets {
  readonly kind: ControlKind;
  /** u8 [seeds, units] */
  readonly masks: Uint8Array;
  /** Only for `random-magnitude-matched`. */
  readonly match?: Match;
}

/** What controls are drawn from; all over units in (layer, unit) order. */
export interface ControlSource {
  /** u8 [layers, width] */
  readonly selected: Uint8Array;
  /** Mean |activation| over all stimuli, f64 [layers, width]. */
  readonly magnitude: Float64Array;
  readonly layers: number;
  readonly width: number;
}

/** What keeps a kind of control from being drawn, which follows from the selection alone; undefined: nothing does. */
export function obstacleTo(
  kind: ControlKind,
  { selected, layers, width }: Pick<ControlSource, 'selected' | 'layers' | 'width'>,
): string | undefined {
  if (kind === 'random') return shortage(selected);
  for (let layer = 0; layer < layers; layer++) {
    const short = shortage(selected.subarray(layer * width, (layer + 1) * width));
    if (short !== undefined) return `in layer ${layer} ${short}`;
  }
  return undefined;
}

/** @throws UserError where a kind of control cannot be drawn for the selection */
function requirePossible(kind: ControlKind, source: Parameters<typeof obstacleTo>[1]): void {
  const obstacle = obstacleTo(kind, source);
  if (obstacle === undefined) return;
  throw new UserError(
    `Not enough units for the control ${kind}: ${obstacle}`,
    'Select fewer, or go without controls (--random-seeds 0).',
  );
}

/**
 * `seeds` sets of as many unselected units as are selected, of one kind: drawn anywhere; with the same count in each
 * layer; or also with matching ranks of mean |activation| within the layer.
 * @throws UserError when too few units are left unselected
 */
export function drawControls(kind: ControlKind, source: ControlSource, seeds: number, random: Random): ControlSets {
  requirePossible(kind, source);
  const units = source.selected.length;
  const masks = new Uint8Array(seeds * units);
  const differences: number[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    const stream = random.fork(`${kind}/${seed}`);
    const mask = masks.subarray(seed * units, (seed + 1) * units);
    if (kind === 'random') drawAnywhere(source.selected, mask, stream);
    else if (kind === 'random-layer-matched') drawInLayers(source, mask, stream);
    // As arguments of one push, some 100,000 would exceed the stack.
    else for (const difference of drawByMagnitude(source, mask, stream)) differences.push(difference);
  }
  if (kind !== 'random-magnitude-matched') return { kind, masks };
  const shares = differences.map((difference) => difference / source.width);
  return { kind, masks, match: { median: percentile(shares, 50), max: percentile(shares, 100) } };
}

function drawAnywhere(selected: Uint8Array, mask: Uint8Array, random: Random): void {
  const free = Uint32Array.from(selected.keys()).filter((unit) => selected[unit] === 0);
  for (const i of random.sample(free.length, sizeOf(selected))) mask[free[i]!] = 1;
}

function drawInLayers(source: ControlSource, mask: Uint8Array, random: Random): void {
  for (let layer = 0; layer < source.layers; layer++) {
    const start = layer * source.width;
    drawAnywhere(layerOf(source, layer), mask.subarray(start, start + source.width), random);
  }
}

/** @returns |rank difference| of every drawn unit to the selected one that it stands for */
function drawByMagnitude(source: ControlSource, mask: Uint8Array, random: Random): number[] {
  const differences: number[] = [];
  for (let layer = 0; layer < source.layers; layer++) {
    const start = layer * source.width;
    const selected = layerOf(source, layer);
    const byRank = argsort(source.magnitude.subarray(start, start + source.width));
    const taken = Uint8Array.from(byRank, (unit) => selected[unit]!);
    for (const { rank, drawn } of drawMatched(taken, random)) {
      mask[start + byRank[drawn]!] = 1;
      differences.push(Math.abs(drawn - rank));
    }
  }
  return differences;
}

function layerOf({ selected, width }: ControlSource, layer: number): Uint8Array {
  return selected.subarray(layer * width, (layer + 1) * width);
}

function shortage(selected: Uint8Array): string | undefined {
  const k = sizeOf(selected);
  const free = selected.length - k;
  return free < k ? `${free} units are left unselected for sets of ${k}` : undefined;
}

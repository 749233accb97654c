import { dice } from '../../math/statistics';
import { sizeOf } from '../../math/units/selection';
import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { readNetworks } from './networks';
import type { LocalizedNetwork } from './networks';
import type { ComparisonFields, Pair } from './result';
import type { ComparisonSpec } from './spec';

/**
 * How much localized networks overlap (definitions, Localization 6): Dice of every two selections, the units that they
 * share in every layer, and the Dice that two random selections of the same sizes would have on average.
 * @returns array dice f64 [networks, networks]
 * @throws UserError for results that are no localizations or of models of different shapes
 */
export async function* compareNetworks(
  spec: ComparisonSpec,
  context: RunContext,
): AsyncGenerator<Progress, AnalysisResult> {
  yield { phase: 'Comparing', done: 0, total: 1, unit: 'comparison' };
  const networks = await readNetworks(spec.results);
  for (const file of networks.flatMap(({ files }) => files)) context.recordInput(file, 'localization');
  if (new Set(networks.map(({ model }) => model)).size > 1) {
    context.warn(
      'The localizations are of different weights: a unit of one model need not be its namesake in another.',
    );
  }
  const { layers, width } = networks[0]!;
  const pairs = networks.flatMap((a, i) => networks.slice(i + 1).map((b) => pairOf(a, b)));
  const fields: ComparisonFields = {
    layers,
    width,
    units: layers * width,
    networks: networks.map(({ label, selected }) => ({ label, k: sizeOf(selected) })),
    pairs,
  };
  const n = networks.length;
  const matrix = Float64Array.from({ length: n * n }, (_, i) =>
    dice(networks[Math.floor(i / n)]!.selected, networks[i % n]!.selected),
  );
  return { fields: { ...fields }, arrays: { dice: { data: matrix, shape: [n, n] } } };
}

/**
 * Mean Dice of two independent uniform random sets of k₁ and k₂ of N units: 2·E|A ∩ B|/(k₁ + k₂), E|A ∩ B| = k₁·k₂/N
 * (hypergeometric).
 */
export function diceByChance(k1: number, k2: number, units: number): number {
  return (2 * k1 * k2) / (units * (k1 + k2));
}

function pairOf(a: LocalizedNetwork, b: LocalizedNetwork): Pair {
  const { layers, width } = a;
  const both = a.selected.map((bit, i) => bit & b.selected[i]!);
  return {
    a: a.label,
    b: b.label,
    shared: sizeOf(both),
    dice: dice(a.selected, b.selected),
    expected: diceByChance(sizeOf(a.selected), sizeOf(b.selected), layers * width),
    perLayer: Array.from({ length: layers }, (_, layer) => sizeOf(both.subarray(layer * width, (layer + 1) * width))),
  };
}

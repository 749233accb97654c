import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, Figure, MapFigure, TableFigure } from '../../shared/figure';
import { CONDITION_ROLES } from '../../shared/figure-parts';
import { fieldsOf } from './result';
import type { ComparisonFields, Pair } from './result';

/** What a comparison shows. */
export function comparisonFigures(result: AnalysisResult): Figure[] {
  const fields = fieldsOf(result);
  return [diceMatrix(result, fields), diceOfPairs(fields), sharedPerLayer(fields), pairTable(fields)];
}

/** One line for a table row or a lens. */
export function comparisonSummary(result: AnalysisResult): string {
  const { networks, pairs } = fieldsOf(result);
  if (pairs.length === 1) return sentenceOf(pairs[0]!);
  return `${networks.length} networks; most alike: ${sentenceOf(mostAlike(pairs))}`;
}

function sentenceOf({ a, b, shared, dice, expected }: Pair): string {
  return `${a} and ${b} share ${shared === 1 ? 'one unit' : `${shared} units`}, Dice ${short(dice)} (${short(expected)} by chance)`;
}

function mostAlike(pairs: readonly Pair[]): Pair {
  return pairs.reduce((best, pair) => (pair.dice > best.dice ? pair : best));
}

function diceMatrix(result: AnalysisResult, { networks, pairs }: ComparisonFields): MapFigure {
  const values = Array.from(result.arrays['dice']!.data);
  const names = networks.map(({ label }) => label);
  return {
    kind: 'map',
    id: 'dice-matrix',
    title: 'Dice of every two networks',
    summary: `Share of units in common, 2·shared/(k₁ + k₂), of ${networks.length} networks. ${sentenceOf(mostAlike(pairs))}.`,
    x: { label: 'Network', type: 'linear', names },
    y: { label: 'Network', type: 'linear', names },
    value: 'Dice',
    rows: networks.length,
    columns: networks.length,
    step: 1,
    min: values,
    max: values,
    scale: 'sequential',
    range: [0, 1],
    array: 'dice.npy',
  };
}

function diceOfPairs({ pairs }: ComparisonFields): ChartFigure {
  const x = pairs.map(nameOf);
  return {
    kind: 'chart',
    id: 'dice-of-pairs',
    title: 'Overlap against chance',
    summary: `${pairs.map(sentenceOf).join('; ')}. Chance: random selections of the same sizes from all units.`,
    x: { label: 'Networks', type: 'category' },
    y: { label: 'Dice', type: 'linear' },
    series: [
      { name: 'selected units', mark: 'bar', role: 'selected', x, y: pairs.map(({ dice }) => dice) },
      { name: 'expected by chance', mark: 'points', role: 'control-1', x, y: pairs.map(({ expected }) => expected) },
    ],
  };
}

function sharedPerLayer({ pairs, layers }: ComparisonFields): ChartFigure {
  const x = Array.from({ length: layers }, (_, layer) => layer);
  const described = pairs.map((pair) => {
    const most = Math.max(...pair.perLayer);
    const where = most === 0 ? 'none' : `most in layer ${pair.perLayer.indexOf(most)} (${most})`;
    return `${nameOf(pair)}: ${pair.shared}, ${where}`;
  });
  return {
    kind: 'chart',
    id: 'shared-per-layer',
    title: 'Shared units per layer',
    summary: `Units that two networks share in each of ${layers} layers. ${described.join('; ')}.`,
    x: { label: 'Layer', type: 'linear', range: [-0.6, layers - 0.4] },
    y: { label: 'Shared units', type: 'linear' },
    series: pairs.map((pair, i) => ({
      name: nameOf(pair),
      mark: 'line',
      role: CONDITION_ROLES[i % CONDITION_ROLES.length]!,
      x,
      y: pair.perLayer,
    })),
  };
}

function pairTable({ pairs, networks, units }: ComparisonFields): TableFigure {
  const sizes = new Map(networks.map(({ label, k }) => [label, k]));
  return {
    kind: 'table',
    id: 'pairs',
    title: 'Pairs of networks',
    summary: `${pairs.length === 1 ? 'One pair' : `${pairs.length} pairs`} of networks among ${units} units; ${sentenceOf(mostAlike(pairs))}.`,
    columns: [
      { label: 'Network', type: 'text' },
      { label: 'Other network', type: 'text' },
      { label: 'Units', type: 'number' },
      { label: 'Units, other', type: 'number' },
      { label: 'Shared', type: 'number' },
      { label: 'Dice', type: 'number', digits: 4 },
      { label: 'Dice by chance', type: 'number', digits: 4 },
      { label: 'Times chance', type: 'number', digits: 3 },
    ],
    rows: pairs.map(({ a, b, shared, dice, expected }) => [
      a,
      b,
      sizes.get(a)!,
      sizes.get(b)!,
      shared,
      dice,
      expected,
      dice / expected,
    ]),
  };
}

function nameOf({ a, b }: Pair): string {
  return `${a} & ${b}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}

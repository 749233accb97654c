import type { AnalysisResult } from '../../shared/analysis';
import type { Axis, ChartFigure, Series } from '../../shared/figure';
import { CONDITION_ROLES, finite } from '../../shared/figure-parts';
import { count, counted, layerOrNone, number } from '../../shared/words';
import { scoreName } from './figure-layers';
import { explained, ranked, unitName } from './figure-units';
import type { AlignmentFields, UnitRow } from './result';

/** Lines that a reader can tell apart: as many as there are styles. */
/** Charts of groups at most; with more groups, one chart of the best units of all. */
const CHARTS = 8;

/** Units that are drawn together. */
export interface Group {
  readonly name: string;
  /** Indices of units, the largest score first. */
  readonly units: readonly number[];
}

/**
 * Score curves over layers: of the best units of every subject, or of every region where there is one subject, a small
 * chart each on one scale; of the best units of all where that would be too many charts. None for a single layer.
 */
export function unitCurves(result: AnalysisResult, fields: AlignmentFields): ChartFigure[] {
  const { layers, units } = fields;
  if (layers.length < 2) return [];
  const scored = ranked(units).filter((u) => !Number.isNaN(units[u]!.score));
  if (scored.length === 0) return [];
  const groups = groupsOf(units, scored);
  const scores = result.arrays['scores']!.data;
  const drawn = groups.flatMap((group) => group.units.slice(0, CONDITION_ROLES.length));
  const y: Axis = {
    label: `Score (${scoreName(fields)})`,
    type: 'linear',
    range: rangeOf(drawn, scores, units.length, layers.length),
  };
  return groups.map((group, i) => chartOf(group, i, groups.length, y, scores, fields));
}

function chartOf(
  { name, units: members }: Group,
  index: number,
  groups: number,
  y: Axis,
  scores: ArrayLike<number>,
  { layers, units }: AlignmentFields,
): ChartFigure {
  const shown = members.slice(0, CONDITION_ROLES.length);
  const first = units[shown[0]!]!;
  const whose = name === '' ? '' : ` of ${name}`;
  const which =
    members.length > shown.length
      ? `the ${shown.length} of ${count(members.length)} units${whose} with the largest score`
      : `${members.length === 1 ? 'the one unit' : `all ${members.length} units`}${whose}`;
  return {
    kind: 'chart',
    id: groups === 1 ? 'unit-curves' : `unit-curves-${index + 1}`,
    title: `${members.length > shown.length ? `Curves of the ${shown.length} best units` : `Curve${members.length === 1 ? '' : 's'} of ${members.length === 1 ? 'the unit' : 'all units'}`}${whose}`,
    summary: `Score over layers of ${which}; highest ${unitName(first)} at ${layerOrNone(first.bestLayer)} (${number(first.score, 3)}). ${
      members.length > shown.length ? 'The best are not typical: the map and the table show all. ' : ''
    }${counted(layers.length, 'layer')}.`,
    x: { label: 'Layer', type: 'linear' },
    y,
    series: shown.map((u, i): Series => ({
      name: unitName(units[u]!),
      mark: 'line',
      role: CONDITION_ROLES[i]!,
      x: layers.map(({ layer }, l) => layer ?? l),
      y: layers.map((_, l) => finite(scores[l * units.length + u]!)),
      text: layers.map(() => explained(units[u]!)),
    })),
  };
}

/** By subject, by the first label that divides the units into few regions, or not at all. */
export function groupsOf(
  units: readonly Pick<UnitRow, 'subject' | 'labels'>[],
  scored: readonly number[],
): readonly Group[] {
  const all: Group = { name: '', units: scored };
  if (scored.length <= CONDITION_ROLES.length) return [all];
  const labels = [...new Set(scored.flatMap((u) => Object.keys(units[u]!.labels)))];
  const namings: ((unit: Pick<UnitRow, 'subject' | 'labels'>) => string | undefined)[] = [
    ({ subject }) => subject,
    ...labels.map((label) => (unit: Pick<UnitRow, 'labels'>) => unit.labels[label]),
  ];
  for (const nameOf of namings) {
    const groups = new Map<string, number[]>();
    for (const u of scored) {
      const name = nameOf(units[u]!) ?? 'no region';
      groups.set(name, [...(groups.get(name) ?? []), u]);
    }
    if (groups.size < 2 || groups.size > CHARTS || groups.size === scored.length) continue;
    return [...groups].map(([name, members]) => ({ name, units: members })).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  return [all];
}

/** One scale for all charts, a twentieth wider than the curves at either end. */
function rangeOf(
  shown: readonly number[],
  scores: ArrayLike<number>,
  columns: number,
  layers: number,
): readonly [number, number] {
  let [low, high] = [0, 0];
  for (const u of shown) {
    for (let layer = 0; layer < layers; layer += 1) {
      const score = scores[layer * columns + u]!;
      if (Number.isNaN(score)) continue;
      low = Math.min(low, score);
      high = Math.max(high, score);
    }
  }
  const margin = (high - low || 1) / 20;
  return [Number((low < 0 ? low - margin : 0).toPrecision(3)), Number((high + margin).toPrecision(3))];
}

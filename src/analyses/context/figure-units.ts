import { percentile } from '../../math/statistics';
import type { AnalysisResult } from '../../shared/analysis';
import type { ChartFigure, Role, Series } from '../../shared/figure';
import { CONDITION_ROLES, finite } from '../../shared/figure-parts';
import { counted, layerName, number } from '../../shared/words';
import { groupsOf } from '../alignment/figure-curves';
import type { Group } from '../alignment/figure-curves';
import { scoreName } from '../alignment/figure-layers';
import { bestIndex, LENGTH_AXIS } from './figure-curves';
import type { ContextFields } from './result';
import { inWords, labelsOf } from './words';

/** Lines of one chart at most. */
const ROLES: readonly Role[] = [...CONDITION_ROLES, 'selected', 'control-1', 'control-2', 'control-3'];

/**
 * Score against length at the best layer: of every subject or region, as `align` groups units, the median of its units;
 * of every unit where there are few. `undefined` where neither is so.
 */
export function unitCurves(result: AnalysisResult, fields: ContextFields): ChartFigure | undefined {
  const { units, lengths, byLayer, byLength } = fields;
  const layer = bestIndex(fields);
  const scores = result.arrays['scores']!.data;
  const scored = units.flatMap(({ score }, u) => (Number.isNaN(score) ? [] : [u]));
  const groups = linesOf(fields, scored);
  if (groups === undefined) return undefined;
  const curve = ({ units: members }: Group): number[] =>
    lengths.map((_, l) => {
      const values = members.map((u) => scores[(l * byLayer.length + layer) * units.length + u]!);
      return percentile(
        Float64Array.from(values).filter((value) => !Number.isNaN(value)),
        50,
      );
    });
  const curves = groups.map(curve);
  const told = groups.map(({ name }, g) => {
    const top = curves[g]!.reduce((most, score, l) => (score > curves[g]![most]! ? l : most), 0);
    return `${name} ${number(curves[g]![top]!, 3)} with ${inWords(lengths[top]!)}`;
  });
  const single = groups.every(({ units: members }) => members.length === 1);
  return {
    kind: 'chart',
    id: 'units',
    title: single ? 'Curve of every unit' : 'Curves by group of units',
    summary: `At ${layerName(byLength[0]!.layers[layer]!.layer ?? layer)}, highest: ${told.join('; ')}.${single ? '' : ' Medians over the units of a group.'}`,
    x: LENGTH_AXIS,
    y: { label: `Score (${scoreName(fields)})`, type: 'linear' },
    series: groups.map(({ name, units: members }, g): Series => ({
      name,
      mark: 'line',
      role: ROLES[g]!,
      x: labelsOf(lengths),
      y: curves[g]!.map(finite),
      text: lengths.map(() => counted(members.length, 'unit')),
    })),
  };
}

function linesOf({ units }: ContextFields, scored: readonly number[]): readonly Group[] | undefined {
  const groups = groupsOf(units, scored);
  if (groups.length > 1) return groups.slice(0, ROLES.length);
  if (scored.length === 0 || scored.length > ROLES.length) return undefined;
  return scored.map((u) => ({ name: units[u]!.id, units: [u] }));
}

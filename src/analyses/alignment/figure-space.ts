import type { AnalysisResult } from '../../shared/analysis';
import type { SpaceFigure } from '../../shared/figure';
import { counted, number } from '../../shared/words';
import { finite, scoreName } from './figure-layers';
import { explained, unitName } from './figure-units';
import type { AlignmentFields } from './result';

/** Points of the map at most: those of largest score. */
const POINTS = 5000;
/** Digits after the point of a millimetre, and vertices of a surface that is drawn: figures.json stays below 2 MB. */
const DIGITS = 1;
const VERTICES = 25_000;

/** Units where they lie, coloured by score; `undefined` where fewer than two have a position. */
export function unitSpace(result: AnalysisResult, fields: AlignmentFields): SpaceFigure | undefined {
  const placed = fields.units.filter(({ position, score }) => position !== undefined && Number.isFinite(score));
  if (placed.length < 2) return undefined;
  const shown = [...placed].sort((a, b) => b.score - a.score).slice(0, POINTS);
  const along = (axis: 0 | 1 | 2): number[] => shown.map(({ position }) => Number(position![axis].toFixed(DIGITS)));
  const scores = shown.map(({ score }) => finite(score)!);
  const end = Math.max(...scores.map(Math.abs)) || 1;
  const best = shown[0]!;
  const [x, y, z] = best.position!;
  const left = fields.units.length - shown.length;
  return {
    kind: 'space',
    id: 'unit-space',
    title: 'Scores in space',
    summary: `${counted(shown.length, 'unit')} where they lie (mm), coloured by score; the highest, ${unitName(best)} (${number(best.score, 3)}), at ${[x, y, z].map((value) => number(value, 3)).join(', ')}.${left > 0 ? ` ${counted(left, 'unit')} without a position or a score ${left === 1 ? 'is' : 'are'} left out.` : ''}`,
    value: `Score (${scoreName(fields)})`,
    x: along(0),
    y: along(1),
    z: along(2),
    values: scores,
    names: shown.map(unitName),
    text: shown.map((unit) => `best layer ${unit.bestLayer ?? 'none'} · ${explained(unit)}`),
    scale: scores.some((score) => score < 0) ? 'diverging' : 'sequential',
    range: scores.some((score) => score < 0) ? [-end, end] : [0, end],
    ...meshOf(result),
  };
}

/** The surface, unless it is too fine for a figure. */
function meshOf({ arrays }: AnalysisResult): Pick<SpaceFigure, 'mesh'> {
  const { surfaceVertices: vertices, surfaceFaces: faces } = arrays;
  if (vertices === undefined || faces === undefined || vertices.shape[0]! > VERTICES) return {};
  const rounded = Array.from(vertices.data, (value) => Number(value.toFixed(DIGITS)));
  return { mesh: { vertices: rounded, faces: Array.from(faces.data) } };
}

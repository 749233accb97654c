import type { AnalysisResult } from '../../shared/analysis';
import type { SpaceFigure } from '../../shared/figure';
import { finite } from '../../shared/figure-parts';
import { counted, layerOrNone, layerRange, number } from '../../shared/words';
import { scoreName } from './figure-layers';
import { explained, unitName } from './figure-units';
import type { AlignmentFields, UnitRow } from './result';

/** Points of the map at most: those of largest score. */
const POINTS = 5000;
/** Digits after the point of a millimetre, and vertices of a surface that is drawn: figures.json stays below 2 MB. */
const DIGITS = 1;
const VERTICES = 25_000;

/** Units where they lie, coloured by score and by best layer; none where fewer than two have a position. */
export function unitSpaces(result: AnalysisResult, fields: AlignmentFields): SpaceFigure[] {
  const placed = fields.units.filter(({ position, score }) => position !== undefined && Number.isFinite(score));
  if (placed.length < 2) return [];
  const shown = [...placed].sort((a, b) => b.score - a.score).slice(0, POINTS);
  const layered = shown.filter(({ bestLayer }) => bestLayer !== null);
  const left = fields.units.length - shown.length;
  const apart =
    left > 0 ? ` ${counted(left, 'unit')} without a position or a score ${left === 1 ? 'is' : 'are'} left out.` : '';
  const byScore = { ...scoreSpace(shown, fields, apart), ...meshOf(result, VERTICES) };
  if (layered.length < 2 || fields.layers.length < 2) return [byScore];
  return [byScore, { ...layerSpace(layered, fields, apart), ...meshOf(result, VERTICES / 2) }];
}

type Placed = readonly UnitRow[];

function scoreSpace(shown: Placed, fields: AlignmentFields, apart: string): SpaceFigure {
  const scores = shown.map(({ score }) => finite(score)!);
  const end = Math.max(...scores.map(Math.abs)) || 1;
  const best = shown[0]!;
  const place = best.position!.map((value) => number(value, 3)).join(', ');
  const signed = scores.some((score) => score < 0);
  return {
    ...pointsOf(shown),
    id: 'unit-space',
    title: 'Scores in space',
    summary: `${counted(shown.length, 'unit')} where they lie (mm), coloured by score; the highest, ${unitName(best)} (${number(best.score, 3)}), at ${place}.${apart}`,
    value: `Score (${scoreName(fields)})`,
    values: scores,
    text: shown.map((unit) => `best: ${layerOrNone(unit.bestLayer)} · ${explained(unit)}`),
    scale: signed ? 'diverging' : 'sequential',
    range: [signed ? -end : 0, end],
  };
}

function layerSpace(shown: Placed, { layers }: AlignmentFields, apart: string): SpaceFigure {
  const best = shown.map(({ bestLayer }) => bestLayer!);
  const all = layers.map(({ layer }) => layer ?? 0);
  return {
    ...pointsOf(shown),
    id: 'unit-layers-space',
    title: 'Best layers in space',
    summary:
      `${counted(shown.length, 'unit')} where they lie (mm), coloured by the layer of their largest score, whether or not ` +
      `it is significant: ${layerRange(Math.min(...best), Math.max(...best))}.${apart}`,
    value: 'Best layer',
    values: best,
    text: shown.map((unit) => `score ${number(unit.score, 3)} · ${explained(unit)}`),
    scale: 'sequential',
    range: [Math.min(...all), Math.max(...all)],
  };
}

function pointsOf(shown: Placed): Pick<SpaceFigure, 'kind' | 'x' | 'y' | 'z' | 'names'> {
  const along = (axis: 0 | 1 | 2): number[] => shown.map(({ position }) => Number(position![axis].toFixed(DIGITS)));
  return { kind: 'space', x: along(0), y: along(1), z: along(2), names: shown.map(unitName) };
}

/** The surface, unless it has more vertices than a figure holds. */
function meshOf({ arrays }: AnalysisResult, most: number): Pick<SpaceFigure, 'mesh'> {
  const { surfaceVertices: vertices, surfaceFaces: faces } = arrays;
  if (vertices === undefined || faces === undefined || vertices.shape[0]! > most) return {};
  const rounded = Array.from(vertices.data, (value) => Number(value.toFixed(DIGITS)));
  return { mesh: { vertices: rounded, faces: Array.from(faces.data) } };
}

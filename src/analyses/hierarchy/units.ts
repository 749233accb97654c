import { bestLayerOf } from '../../math/hierarchy/curves';
import { benjaminiHochberg } from '../../math/statistics';
import { UserError } from '../../shared/errors';
import { count } from '../../shared/words';
import type { AlignedUnit, Alignment } from './alignments';
import type { HierarchySpec } from './spec';

/** A unit of the recordings as one alignment scored it. */
export interface ScoredUnit {
  readonly id: string;
  readonly subject: string;
  readonly position?: readonly [number, number, number];
  readonly covariates: AlignedUnit['covariates'];
  /** Seconds; where every lag was scored: that of the highest score. */
  readonly lag?: number;
  /** f64 [layers] */
  readonly scores: Float64Array;
  /** Of the largest score over layers; NaN without permutations. */
  readonly p: number;
  /** FDR over the units. */
  readonly q: number;
}

/** First names that a message tells. */
const NAMED = 5;

/**
 * The units of an alignment in the order of its columns, without summary columns, which contain others. Where each lag of a
 * unit was scored as a column, the lag of the highest score stands for the unit; its p is that of all its lags
 * (Bonferroni), with FDR over the units afterwards.
 */
export function unitsOf(alignment: Alignment): ScoredUnit[] {
  const columns = new Map<string, number[]>();
  alignment.columns.forEach((column, i) => {
    if (column.summary) return;
    const key = keyOf({ ...column, id: bareId(column) });
    const known = columns.get(key);
    if (known === undefined) columns.set(key, [i]);
    else known.push(i);
  });
  const found = [...columns.values()].map((of) => acrossLags(of, alignment));
  if ([...columns.values()].every(({ length }) => length === 1)) return found;
  const q = benjaminiHochberg(Float64Array.from(found, ({ p }) => p));
  return found.map((unit, i) => ({ ...unit, q: q[i]! }));
}

function acrossLags(of: readonly number[], { columns, scores, layers }: Alignment): ScoredUnit {
  const curves = of.map((u) => Float64Array.from(layers, (_, i) => scores[i * columns.length + u]!));
  const peaks = curves.map((curve) => curve[bestLayerOf(curve)] ?? NaN);
  const best = Math.max(0, bestLayerOf(Float64Array.from(peaks)));
  const column = columns[of[best]!]!;
  const { subject, position, covariates, lag, q } = column;
  const smallest = of.reduce((least, u) => (columns[u]!.p < least ? columns[u]!.p : least), Infinity);
  return {
    id: bareId(column),
    subject,
    covariates,
    ...(position !== undefined && { position }),
    ...(lag !== undefined && { lag }),
    scores: curves[best]!,
    p: Number.isFinite(smallest) ? Math.min(1, smallest * of.length) : NaN,
    q,
  };
}

/** The unit's own name: `align` writes that of a lag as "e1 @ 0.3 s". */
function bareId({ id, lag }: AlignedUnit): string {
  return lag === undefined ? id : id.replace(new RegExp(` @ ${String(lag).replaceAll('.', '\\.')} s$`), '');
}

/**
 * The units of several alignments in one order, that of the first.
 * @returns units by alignment
 * @throws UserError that names the alignment of other units, and some of them
 */
export function sameUnits(alignments: readonly Alignment[]): ScoredUnit[][] {
  const all = alignments.map(unitsOf);
  const first = all[0]!;
  return all.map((units, m) => {
    const known = new Map(units.map((unit) => [keyOf(unit), unit]));
    const missing = first.filter((unit) => !known.has(keyOf(unit)));
    const names = new Set(first.map(keyOf));
    const further = units.filter((unit) => !names.has(keyOf(unit)));
    if (missing.length > 0 || further.length > 0) {
      const problem = [without(missing, 'lacks'), without(further, 'has besides')].filter((part) => part !== '');
      throw new UserError(
        `${alignments[m]!.folder} (${alignments[m]!.dataset}) is of other units than ${alignments[0]!.folder} (${alignments[0]!.dataset}): it ${problem.join(' and ')}`,
        'Align every model with the same dataset.',
      );
    }
    return first.map((unit) => known.get(keyOf(unit))!);
  });
}

/** Whether each unit counts: it has a score, and is significant where that is asked and known. @param by as `chosenBy` says */
export function counting(units: readonly ScoredUnit[], by: HierarchySpec['significance'], level: number): boolean[] {
  return units.map(({ scores, p, q }) => {
    if (bestLayerOf(scores) < 0) return false;
    if (by === 'all') return true;
    return (by === 'fdr' ? q : p) < level;
  });
}

/** What decides which units of an alignment count: nothing can be significant where nothing was permuted. */
export function chosenBy({ permutations }: Alignment, { significance }: HierarchySpec): HierarchySpec['significance'] {
  return permutations === 0 ? 'all' : significance;
}

/** "s18 LATL", or "LATL" where there are no subjects. */
export function labelOf({ id, subject }: { readonly id: string; readonly subject: string }): string {
  return subject === '' ? id : `${subject} ${id}`;
}

export function keyOf({ id, subject }: { readonly id: string; readonly subject: string }): string {
  return JSON.stringify([subject, id]);
}

function without(units: readonly ScoredUnit[], verb: string): string {
  if (units.length === 0) return '';
  const more = units.length - NAMED;
  const named = units.slice(0, NAMED).map(labelOf).join(', ');
  return `${verb} ${named}${more > 0 ? ` and ${count(more)} more` : ''}`;
}

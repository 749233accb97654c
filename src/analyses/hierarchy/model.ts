import { intervalOf, resample } from '../../math/bootstrap';
import { bestLayerOf, centroidOf, layersUsed } from '../../math/hierarchy/curves';
import { oneSampleT } from '../../math/hierarchy/one-sample';
import { correlateWithinGroups } from '../../math/hierarchy/within-groups';
import type { Random } from '../../math/random';
import { spearman } from '../../math/statistics';
import type { Alignment } from './alignments';
import type { Correlations, ModelRow, OverSubjects } from './result';
import type { HierarchySpec } from './spec';
import { chosenBy, counting } from './units';
import type { ScoredUnit } from './units';

/** Fewest units that a correlation means something for. */
const FEWEST_UNITS = 3;

/** One model's hierarchy, and its rows of the arrays. */
export interface ModelHierarchy {
  readonly row: ModelRow;
  /** f64 [units]: layer of the largest score, and centroid of the scores; NaN for units that do not count. */
  readonly bestLayer: Float64Array;
  readonly centroid: Float64Array;
}

/**
 * Best layer and centroid of every unit that counts, against a covariate, and the layers that the mean score uses
 * (definitions, Hierarchy).
 * @param covariate f64 [units], NaN = none
 */
export function hierarchyOf(
  alignment: Alignment,
  units: readonly ScoredUnit[],
  covariate: Float64Array,
  spec: HierarchySpec,
  random: Random,
): ModelHierarchy {
  const { depths, layers, name } = alignment;
  const by = chosenBy(alignment, spec);
  const counts = counting(units, by, spec.level);
  const best = units.map(({ scores }, u) => (counts[u]! ? bestLayerOf(scores) : -1));
  const centroid = Float64Array.from(units, ({ scores }, u) => (counts[u]! ? centroidOf(scores, depths) : NaN));
  const depth = Float64Array.from(best, (i) => (i < 0 ? NaN : depths[i]!));
  const correlated = counts.filter((is, u) => is && !Number.isNaN(covariate[u]!)).length;
  const curve = meanCurve(
    units.filter((_, u) => counts[u]!),
    layers.length,
    spec.bootstrap,
    random.fork('bootstrap'),
  );
  const peakAt = bestLayerOf(curve.scores);
  return {
    bestLayer: Float64Array.from(best, (i) => (i < 0 ? NaN : layers[i]!)),
    centroid,
    row: {
      name,
      units: counts.filter(Boolean).length,
      of: units.length,
      chosenBy: by,
      correlated,
      ...correlationsOf(depth, covariate, units, spec.permutations, random.fork('best layer')),
      peak: peakAt < 0 ? NaN : curve.scores[peakAt]!,
      peakInterval: intervalOf(curve.draws.map((draw) => draw[bestLayerOf(draw)] ?? NaN)),
      peakLayer: peakAt < 0 ? null : layers[peakAt]!,
      peakDepth: peakAt < 0 ? null : depths[peakAt]!,
      centroid: correlationsOf(centroid, covariate, units, spec.permutations, random.fork('centroid')),
      subjects: overSubjects(depth, covariate, units),
      layersUsed: {
        depth: layersUsed(curve.scores, depths),
        interval: intervalOf(curve.draws.map((draw) => layersUsed(draw, depths))),
      },
      intervals: { over: curve.over, count: curve.count, resamples: spec.bootstrap },
      curve: {
        layers: Array.from(layers),
        depths: Array.from(depths),
        scores: Array.from(curve.scores),
        ...endsOf(curve.draws, layers.length),
      },
    },
  };
}

function correlationsOf(
  depth: Float64Array,
  covariate: Float64Array,
  units: readonly ScoredUnit[],
  permutations: number,
  random: Random,
): Correlations {
  const kept = presentIn(depth, covariate);
  if (kept.length < FEWEST_UNITS) return { spearman: NaN, pearson: NaN, p: NaN, pearsonP: NaN };
  const found = correlateWithinGroups(
    Float64Array.from(kept, (u) => depth[u]!),
    Float64Array.from(kept, (u) => covariate[u]!),
    kept.map((u) => units[u]!.subject),
    permutations,
    random,
  );
  return { spearman: found.spearman, pearson: found.pearson, p: found.spearmanP, pearsonP: found.pearsonP };
}

/** Electrodes of one subject are not independent: a test with subjects for its cases. */
function overSubjects(depth: Float64Array, covariate: Float64Array, units: readonly ScoredUnit[]): OverSubjects {
  const kept = presentIn(depth, covariate);
  const each = [...new Set(units.map(({ subject }) => subject))].map((subject) => {
    const own = kept.filter((u) => units[u]!.subject === subject);
    const rho =
      own.length < FEWEST_UNITS
        ? NaN
        : spearman(
            own.map((u) => depth[u]!),
            own.map((u) => covariate[u]!),
          );
    return { subject, units: own.length, spearman: rho };
  });
  const { n, ...test } = oneSampleT(Float64Array.from(each, ({ spearman: rho }) => rho));
  return { count: n, ...test, each };
}

interface MeanCurve {
  /** f64 [layers] */
  readonly scores: Float64Array;
  /** The same of every resample. */
  readonly draws: readonly Float64Array[];
  readonly over: 'subjects' | 'units';
  readonly count: number;
}

/** Mean over units within subject, then over subjects; resampled over subjects, or over units where there is one subject. */
function meanCurve(units: readonly ScoredUnit[], layers: number, resamples: number, random: Random): MeanCurve {
  const subjects = [...new Set(units.map(({ subject }) => subject))];
  const bySubject = subjects.map((name) =>
    meanOf(
      units.filter(({ subject }) => subject === name).map(({ scores }) => scores),
      layers,
    ),
  );
  const over = subjects.length > 1 ? 'subjects' : 'units';
  const drawn = over === 'subjects' ? bySubject : units.map(({ scores }) => scores);
  const draws: Float64Array[] = [];
  if (drawn.length > 1) {
    resample(drawn.length, resamples, random, (counts) => draws.push(meanOf(drawn, layers, counts)));
  }
  return { scores: meanOf(bySubject, layers), draws, over, count: drawn.length };
}

/** Mean of curves, each counted as often as its weight says, NaN left out layer by layer. */
function meanOf(curves: readonly Float64Array[], layers: number, weights?: Float64Array): Float64Array {
  const sums = new Float64Array(layers);
  const counts = new Float64Array(layers);
  curves.forEach((curve, c) => {
    const weight = weights?.[c] ?? 1;
    if (weight === 0) return;
    for (let i = 0; i < layers; i += 1) {
      if (Number.isNaN(curve[i]!)) continue;
      sums[i]! += weight * curve[i]!;
      counts[i]! += weight;
    }
  });
  return sums.map((sum, i) => sum / counts[i]!);
}

function endsOf(draws: readonly Float64Array[], layers: number): { low: number[]; high: number[] } {
  const ends = Array.from({ length: layers }, (_, i) => intervalOf(draws.map((draw) => draw[i]!)));
  return { low: ends.map(([low]) => low), high: ends.map(([, high]) => high) };
}

function presentIn(a: Float64Array, b: Float64Array): number[] {
  return Array.from(a.keys()).filter((i) => !Number.isNaN(a[i]!) && !Number.isNaN(b[i]!));
}

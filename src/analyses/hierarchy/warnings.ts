import { ordersWithin } from '../../math/hierarchy/within-groups';
import { counted } from '../../shared/words';
import type { RunContext } from '../contract';
import type { Alignment } from './alignments';
import type { ModelRow } from './result';
import type { HierarchySpec } from './spec';
import { counting } from './units';
import type { ScoredUnit } from './units';

/** Below so many subjects a bootstrap over them says little. */
const FEWEST_SUBJECTS = 5;

/** What a person must know of the alignments before any number. */
export function warnOfAlignments(alignments: readonly Alignment[], context: RunContext): void {
  if (alignments.some(({ simulated }) => simulated)) {
    context.warn('The responses are simulated from a model: they say nothing about any brain.');
  }
  const datasets = [...new Set(alignments.map(({ dataset }) => dataset))];
  if (datasets.length > 1) context.warn(`The alignments are with datasets of different names: ${datasets.join(', ')}.`);
  for (const { name, layers, modelLayers } of alignments) {
    const blocks = layers.filter((layer) => layer >= 0).length;
    if (blocks < modelLayers) {
      context.warn(
        `${name} was scored at ${blocks} of its ${modelLayers} layers: best layers and layers used are among those.`,
      );
    }
  }
}

/** What a person must know of one model's numbers. @param covariate f64 [units] */
export function warnOfModel(
  row: ModelRow,
  units: readonly ScoredUnit[],
  covariate: Float64Array,
  spec: HierarchySpec,
  context: RunContext,
): void {
  const { name, of, chosenBy } = row;
  if (chosenBy === 'all' && spec.significance !== 'all') {
    context.warn(
      `${name} was aligned without permutations: all ${counted(row.units, 'unit')} count, whether or not they are predicted above chance (align --permutations 1000).`,
    );
  } else if (chosenBy !== 'all' && row.units === 0) {
    const test = chosenBy === 'fdr' ? 'q (FDR over units)' : 'p';
    context.warn(`${name}: no ${test} of ${counted(of, 'unit')} is below ${spec.level}: it has no hierarchy.`);
  }
  if (row.units > row.correlated) {
    context.warn(
      `${name}: ${counted(row.units - row.correlated, 'unit')} that count have no ${spec.covariate} and are left out of correlations.`,
    );
  }
  const counts = counting(units, chosenBy, spec.level);
  const groups = units
    .filter((_, u) => counts[u] === true && !Number.isNaN(covariate[u]!))
    .map(({ subject }) => subject);
  if (row.correlated > 0) warnOfTests(row, groups, context);
  if (row.units > 0 && !Number.isFinite(row.layersUsed.depth)) {
    context.warn(`${name}: no mean score is positive, so that no share of the peak says which layers are used.`);
  }
}

function warnOfTests(
  { name, correlated, spearman, intervals, subjects }: ModelRow,
  groups: readonly string[],
  context: RunContext,
): void {
  if (correlated < 3) context.warn(`${name}: ${counted(correlated, 'unit')} are too few to correlate.`);
  else if (Number.isNaN(spearman)) {
    context.warn(`${name}: all best layers, or all covariates, are equal: nothing correlates with them.`);
  }
  if (ordersWithin(groups) < 40) {
    context.warn(`${name}: subjects have so few units that no permutation within them reaches a p of 0.05.`);
  }
  if (intervals.over === 'units') {
    context.warn(
      `${name}: the units that count are of one subject, so that intervals are over its units and there is no test over subjects.`,
    );
  } else if (intervals.count < FEWEST_SUBJECTS) {
    context.warn(`${name}: intervals are a bootstrap over ${intervals.count} subjects: too few to trust their width.`);
  } else if (subjects.count < 2) {
    context.warn(`${name}: fewer than two subjects have three units, so that there is no test over subjects.`);
  }
}

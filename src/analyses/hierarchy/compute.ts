import { Random } from '../../math/random';
import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { readAlignments } from './alignments';
import type { Alignment } from './alignments';
import { againstBenchmarks, readBenchmarks, withFamilies } from './benchmarks';
import type { Benchmarks } from './benchmarks';
import { storedCovariate, tableCovariate, tablePositions } from './covariate';
import { hierarchyOf } from './model';
import type { ModelHierarchy } from './model';
import type { HierarchyFields } from './result';
import type { HierarchySpec } from './spec';
import { readTaskScores } from './task-scores';
import { sameUnits } from './units';
import type { ScoredUnit } from './units';
import { warnOfAlignments, warnOfModel } from './warnings';

/**
 * Where in a model every unit is predicted best, against a covariate of the units, and how much of the model that takes;
 * over several models the same against their performance (definitions, Hierarchy).
 * @returns arrays `bestLayer`, `centroid` and `covariate`, f64 [models, units]; best layer and centroid are NaN where a
 *   unit does not count, the covariate where a unit has none
 * @throws UserError for results that are no alignments or not of the same units, and for an unknown covariate
 */
export async function* compareHierarchies(
  spec: HierarchySpec,
  context: RunContext,
): AsyncGenerator<Progress, AnalysisResult> {
  yield { phase: 'Reading alignments', done: 0, total: spec.alignment.length, unit: 'results' };
  const alignments = await readAlignments(spec.alignment);
  for (const file of alignments.flatMap(({ files }) => files)) context.recordInput(file, 'alignment');
  warnOfAlignments(alignments, context);
  const units = sameUnits(alignments);
  const covariates = await covariatesOf(spec, alignments, units, context);
  const placed = spec.table === undefined ? undefined : await tablePositions(units[0]!, spec.table);
  const benchmarks = await benchmarksOf(spec, alignments);
  for (const file of benchmarks?.files ?? []) context.recordInput(file, 'benchmarks');
  const random = new Random(context.seed, 'hierarchy');
  const models: ModelHierarchy[] = [];
  for (const [m, alignment] of alignments.entries()) {
    yield { phase: 'Comparing layers with the covariate', done: m, total: alignments.length, unit: 'models' };
    const found = hierarchyOf(alignment, units[m]!, covariates[m]!, spec, random.fork(alignment.name));
    warnOfModel(found.row, units[m]!, covariates[m]!, spec, context);
    models.push(found);
  }
  const rows = models.map(({ row }) => row);
  const fields: HierarchyFields = {
    dataset: alignments[0]!.dataset,
    simulated: alignments.some(({ simulated }) => simulated),
    covariate: spec.covariate,
    level: spec.level,
    permutations: spec.permutations,
    units: units[0]!.map(({ id, subject, position: own }, u) => {
      const position = own ?? placed?.[u];
      return { id, subject, ...(position && { position }) };
    }),
    models: rows,
    ...(benchmarks && {
      benchmark: againstBenchmarks(rows, benchmarks, spec.permutations, random.fork('benchmarks'), context),
    }),
  };
  const stacked = (of: readonly Float64Array[]) => ({
    data: Float64Array.from(of.flatMap((row) => Array.from(row))),
    shape: [of.length, units[0]!.length],
  });
  return {
    fields: { ...fields },
    arrays: {
      bestLayer: stacked(models.map(({ bestLayer }) => bestLayer)),
      centroid: stacked(models.map(({ centroid }) => centroid)),
      covariate: stacked(covariates),
    },
  };
}

async function benchmarksOf(spec: HierarchySpec, alignments: readonly Alignment[]): Promise<Benchmarks | undefined> {
  const { tasks, benchmarks, score, families } = spec;
  if (tasks !== undefined) return withFamilies(await readTaskScores(tasks, alignments), families);
  return benchmarks === undefined ? undefined : withFamilies(await readBenchmarks(benchmarks, score), families);
}

async function covariatesOf(
  spec: HierarchySpec,
  alignments: readonly Alignment[],
  units: readonly (readonly ScoredUnit[])[],
  context: RunContext,
): Promise<Float64Array[]> {
  const { table, covariate } = spec;
  if (table === undefined) return alignments.map(({ folder }, m) => storedCovariate(units[m]!, covariate, folder));
  context.recordInput(table, 'units');
  const values = await tableCovariate(units[0]!, covariate, table);
  return alignments.map(() => values);
}

import { Random } from '../../math/random';
import { bestMatches, diagonalityOf } from '../../math/similarity/diagonality';
import { similarityOf } from '../../math/similarity/similarity';
import type { AnalysisResult, NdArray } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import { count, counted } from '../../shared/words';
import type { RunContext } from '../contract';
import { Signatures, gather } from './represented';
import type { Represented } from './represented';
import type { PairFields, ResultFields } from './result';
import type { SimilaritySpec } from './spec';
import { readGiven } from './stimuli';
import { summarise } from './summary';

/**
 * Similarity of every layer of every model with every layer of every other on the same stimuli, the best match of every
 * layer, and whether the matches run along the diagonal (definitions: Similarity without fitting; Hierarchy, model to
 * model). With more than two models also how alike any two are over all, as a tree and a map.
 * Memory: a signature of n(n − 1)/2 float64 per layer, of two models at least.
 * @returns array `similarity` f64 [layersA, layersB]; with more than two models `similarity-i-j` for the i-th and the j-th,
 *   counted from 1, and `models` f64 [models, models]
 * @throws UserError for fewer than 4 stimuli, stimuli and models that do not go together, or fewer than two models that
 *   run; Cancelled
 */
export async function* compareLayers(
  spec: SimilaritySpec,
  context: RunContext,
): AsyncGenerator<Progress, AnalysisResult> {
  const given = await readGiven(spec, context);
  const { models, failed } = yield* gather(spec, given, context);
  requireRows(models);
  const signatures = new Signatures(spec, context.memory / 2);
  const arrays: Record<string, NdArray> = {};
  const pairs: PairFields[] = [];
  const random = new Random(context.seed, 'similarity/diagonality');
  const warned = new Set<Represented>();
  if (spec.metric === 'cka') await warnOfBias(models, context);
  for (let a = 0; a < models.length; a += 1) {
    for (let b = a + 1; b < models.length; b += 1) {
      const array = models.length === 2 ? 'similarity' : `similarity-${a + 1}-${b + 1}`;
      const own = models.length === 2 ? random : random.fork(`${a + 1}-${b + 1}`);
      const matrix = yield* matrixOf(models[a]!, models[b]!, signatures, warned, context);
      arrays[array] = { data: matrix, shape: [models[a]!.layers, models[b]!.layers] };
      pairs.push({ a, b, array, ...pairOf(matrix, models[b]!.layers, spec.permutations, own) });
    }
  }
  warnOfDiagonality(pairs, models, context);
  const [only] = pairs;
  const several = models.length > 2 ? summarise(pairs, models.length) : undefined;
  const fields: ResultFields = {
    metric: spec.metric,
    zscored: spec.zscored,
    level: given?.level ?? 'text',
    stimuli: models[0]!.rows,
    models: models.map(({ name }) => name),
    layers: models.map(({ layers }) => layers),
    permutations: spec.permutations,
    failed,
    ...(several === undefined && {
      diagonality: only!.diagonality,
      nullMean: only!.nullMean,
      nullSd: only!.nullSd,
      z: only!.z,
      p: only!.p,
      bestMatches: only!.bestMatches,
    }),
    pairs,
    ...(several && { summary: several.fields }),
  };
  return { fields: { ...fields }, arrays: { ...arrays, ...(several && { models: several.matrix }) } };
}

async function* matrixOf(
  a: Represented,
  b: Represented,
  signatures: Signatures,
  warned: Set<Represented>,
  context: RunContext,
): AsyncGenerator<Progress, Float64Array> {
  const rows = yield* signatures.of(a, b);
  const columns = yield* signatures.of(b, a);
  warnOfNothing(a, rows, warned, context);
  warnOfNothing(b, columns, warned, context);
  const matrix = new Float64Array(rows.length * columns.length);
  for (const [i, layer] of rows.entries()) {
    columns.forEach((other, j) => (matrix[i * columns.length + j] = similarityOf(layer, other)));
    yield { phase: `Comparing ${a.name} and ${b.name}`, done: i + 1, total: rows.length, unit: 'layers' };
  }
  return matrix;
}

function pairOf(
  matrix: Float64Array,
  layersB: number,
  permutations: number,
  random: Random,
): Omit<PairFields, 'a' | 'b' | 'array'> {
  const layersA = matrix.length / layersB;
  const matches = bestMatches(matrix, layersB);
  const { value, ...nulls } = diagonalityOf(matches, layersB, permutations, random);
  const back = bestMatches(transposed(matrix, layersB), layersA);
  const forth = mean(matches, (match, layer) => matrix[layer * layersB + match]!);
  const backAgain = mean(back, (match, layer) => matrix[match * layersB + layer]!);
  return {
    similarity: (forth + backAgain) / 2,
    diagonality: value,
    ...nulls,
    bestMatches: Array.from(matches, (match, layer) => ({
      layer,
      match,
      depth: (layer + 1) / layersA,
      matchDepth: (match + 1) / layersB,
      similarity: matrix[layer * layersB + match]!,
    })),
  };
}

function mean(matches: Int32Array, similarity: (match: number, layer: number) => number): number {
  return matches.reduce((sum, match, layer) => sum + similarity(match, layer), 0) / matches.length;
}

function transposed(matrix: Float64Array, columns: number): Float64Array {
  const rows = matrix.length / columns;
  return Float64Array.from(matrix, (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]!);
}

/** Features of the same texts have as many rows; only stored ones can differ. */
function requireRows(models: readonly Represented[]): void {
  const [first] = models;
  const other = models.find(({ rows }) => rows !== first!.rows);
  if (other === undefined) return;
  throw new UserError(
    `${other.name} has ${other.rows} rows, but ${first!.name} has ${first!.rows}`,
    'Compare features of the same stimuli.',
  );
}

/**
 * CKA of unrelated features is not 0: by the biased HSIC it grows with units over rows, towards 1 where rows are few
 * (Murphy et al. 2024, "Correcting biased centered kernel alignment measures").
 */
async function warnOfBias(models: readonly Represented[], context: RunContext): Promise<void> {
  const { rows } = models[0]!;
  const widths = await Promise.all(models.map(async (model) => (await model.layer(0)).length / model.rows));
  const widest = Math.max(...widths);
  if (rows >= widest) return;
  context.warn(
    `${count(rows)} stimuli are fewer than the ${counted(widest, 'unit')} of ${models[widths.indexOf(widest)]!.name}: biased CKA is inflated and may be near 1 whatever the models hold (--metric debiased-cka, or more stimuli).`,
  );
}

/** Below so many different matches their orders, 1/3! of them at least, cannot give a p of 0.05. */
const ENOUGH_MATCHES = 4;

function warnOfDiagonality(pairs: readonly PairFields[], models: readonly Represented[], context: RunContext): void {
  for (const { a, b, diagonality, bestMatches: matches } of pairs) {
    const [of, same] = [models[a]!.name, models[b]!.name];
    const different = new Set(matches.map(({ match }) => match)).size;
    if (Number.isNaN(diagonality)) {
      context.warn(`All layers of ${of} match the same layer of ${same}: there is no diagonality.`);
    } else if (different < ENOUGH_MATCHES) {
      context.warn(
        `The layers of ${of} match ${counted(different, 'layer')} of ${same}, whose orders cannot give the diagonality a p of 0.05.`,
      );
    }
  }
}

function warnOfNothing(
  model: Represented,
  signed: readonly Float64Array[],
  warned: Set<Represented>,
  context: RunContext,
): void {
  if (warned.has(model)) return;
  warned.add(model);
  const same = signed.flatMap((signature, layer) => (Number.isNaN(signature[0]) ? [layer] : []));
  if (same.length === 0) return;
  context.warn(`Layers ${same.join(', ')} of ${model.name} are the same for all stimuli: they have no similarity.`);
}

import { basename } from 'node:path';
import { readStimuli, stimulusFiles } from '../../data/stimuli';
import type { Stimulus } from '../../data/stimuli';
import { Random } from '../../math/random';
import { bestMatches, diagonalityOf } from '../../math/similarity/diagonality';
import { signatureOf, similarityOf } from '../../math/similarity/similarity';
import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { featuresOfStimuli } from '../features/features';
import type { SimilarityFields } from './result';
import type { SimilaritySpec } from './spec';

/**
 * Similarity of every layer of A with every layer of B on the same stimuli, the best match of every layer of A, and
 * whether the matches run along the diagonal (definitions: Similarity without fitting; Hierarchy, model to model).
 * Memory: one signature of n(n − 1)/2 float64 per layer and model.
 * @returns array `similarity` f64 [layersA, layersB]
 * @throws UserError for fewer than 4 stimuli, or stimuli and models that do not go together; Cancelled
 */
export async function* compareLayers(
  spec: SimilaritySpec,
  context: RunContext,
): AsyncGenerator<Progress, AnalysisResult> {
  const files = await stimulusFiles(spec.stimuli);
  for (const file of files) context.recordInput(file, 'stimuli');
  const stimuli = await readStimuli(files, spec.textColumn === undefined ? {} : { text: spec.textColumn });
  const [pathA, pathB] = spec.model as [string, string];
  const a = yield* signatures(pathA, stimuli, spec, context);
  const b = pathA === pathB ? a : yield* signatures(pathB, stimuli, spec, context);
  const similarity = new Float64Array(a.length * b.length);
  for (const [i, layer] of a.entries()) {
    b.forEach((other, j) => (similarity[i * b.length + j] = similarityOf(layer, other)));
    yield { phase: 'Comparing', done: i + 1, total: a.length, unit: 'layers' };
  }
  warnOfNothing(a, pathA, context);
  if (pathA !== pathB) warnOfNothing(b, pathB, context);
  const matches = bestMatches(similarity, b.length);
  const { value, ...nulls } = diagonalityOf(
    matches,
    b.length,
    spec.permutations,
    new Random(context.seed, 'similarity/diagonality'),
  );
  if (Number.isNaN(value)) context.warn('All layers of A match the same layer of B: there is no diagonality.');
  const fields: SimilarityFields = {
    metric: spec.metric,
    zscored: spec.zscored,
    stimuli: stimuli.length,
    models: [basename(pathA), basename(pathB)],
    layers: [a.length, b.length],
    diagonality: value,
    ...nulls,
    permutations: spec.permutations,
    bestMatches: Array.from(matches, (match, layer) => ({
      layer,
      match,
      depth: (layer + 1) / a.length,
      matchDepth: (match + 1) / b.length,
      similarity: similarity[layer * b.length + match]!,
    })),
  };
  return { fields: { ...fields }, arrays: { similarity: { data: similarity, shape: [a.length, b.length] } } };
}

async function* signatures(
  path: string,
  stimuli: readonly Stimulus[],
  { metric, zscored, pooling, maxTokens }: SimilaritySpec,
  context: RunContext,
): AsyncGenerator<Progress, Float64Array[]> {
  const limit = maxTokens === undefined ? {} : { maxTokens };
  const features = yield* featuresOfStimuli(stimuli, path, { pooling, ...limit }, context);
  // Its weights are no longer needed: the other model may take their memory.
  await features.model.dispose();
  const made: Float64Array[] = [];
  for (const layer of features.layers.keys()) {
    made.push(signatureOf(await features.layer(layer), features.rows, metric, zscored));
    const phase = `Layers of ${basename(path)}`;
    yield { phase, done: layer + 1, total: features.layers.length, unit: 'layers' };
  }
  return made;
}

function warnOfNothing(signed: readonly Float64Array[], path: string, context: RunContext): void {
  const same = signed.flatMap((signature, layer) => (Number.isNaN(signature[0]) ? [layer] : []));
  if (same.length === 0) return;
  context.warn(`Layers ${same.join(', ')} of ${path} are the same for all stimuli: they have no similarity.`);
}

import { writeFile } from 'node:fs/promises';
import { readRelations, relationFiles } from '../../data/relations/relations';
import { splitByWord } from '../../math/crystals/word-splits';
import { Gemm } from '../../math/gemm';
import { Random } from '../../math/random';
import type { Transformer } from '../../models/transformer';
import type { AnalysisResult } from '../../shared/analysis';
import type { Progress } from '../../shared/progress';
import { UserError } from '../../shared/errors';
import { count, counted } from '../../shared/words';
import type { RunContext } from '../contract';
import { featuresOfStimuli } from '../features/features';
import type { Features } from '../features/features';
import type { LayerData, Measure } from './held-out';
import { measureLayer } from './layer';
import type { LayerFields } from './layer';
import { pairTable, propertiesOf, splitPairs, warnOfRelations, warnOfTokens } from './pairs';
import type { PairTable } from './pairs';
import { distancesArray, shownDistances, shownPairs } from './planes';
import type { RelationsResult } from './result';
import { BLANK } from './spec';
import type { CrystalsSpec } from './spec';

/** Draws below which no empirical p falls below 0.05. */
const ENOUGH_DRAWS = 20;
const SILHOUETTE_PAIRS = 1500;
/** Of a word in a message. */
const SHOWN_CHARACTERS = 40;

/**
 * Parallelograms of word pairs in a model's activations, before and after discriminant analysis over the relations (Li et
 * al. 2024; definitions: SAE features: crystals).
 * @returns arrays `points` f64 [layers, pairs, 2, dimensions] (input and output on the discriminant directions), `splits`
 *   u8 [splits, pairs] (0 training, 1 test, 2 left out) and `distances` f32 [layers, 2, distances] (of the words of the pairs
 *   that are drawn, before and after discriminant analysis); the pairs in `pairs.csv`
 * @throws UserError for relations, settings or a model that do not go together; Cancelled
 */
export async function* crystalsOfRelations(
  spec: CrystalsSpec & { readonly model: string },
  context: RunContext,
): AsyncGenerator<Progress, AnalysisResult> {
  const files = await relationFiles(spec.relations ?? [context.sample('relations')]);
  for (const file of files) context.recordInput(file, 'relations');
  const relations = await readRelations(files);
  const table = pairTable(relations);
  warnOfRelations(relations, context);
  const features = yield* featuresOfWords(table, spec, context);
  const before = (spec.carrier ?? BLANK).trim().split(BLANK)[0]!;
  const properties = propertiesOf(table.words, features.model.tokenizer, before);
  warnOfTokens(properties.tokens, context);
  await features.model.dispose();

  const random = new Random(context.seed, 'crystals');
  const pairs = splitPairs(table);
  const roles = Array.from({ length: spec.splits }, (_, i) =>
    splitByWord(pairs, table.names.length, spec.heldOut, random.fork(`split/${i}`)),
  );
  const gemm = new Gemm(context.threads);
  const measure: Measure = {
    table,
    labellings: [table.labels, ...shuffles(table.labels, spec.null, random)],
    dimensions: Math.min(spec.dimensions, table.names.length - 1),
    kind: spec.lda === 'svd' ? 'plain' : 'shrinkage',
    silhouettePairs: SILHOUETTE_PAIRS,
    gemm,
    signal: context.signal,
  };
  const shown = shownPairs(table, roles[0], features.layers.length);
  const found: LayerFields[] = [];
  const distances: Float32Array[] = [];
  try {
    for (const index of features.layers.keys()) {
      const data = layerData(await features.layer(index), features, index, table);
      const measured = yield* measureLayer(data, roles, measure, properties, random.fork(`layer/${data.layer}`));
      found.push(measured);
      distances.push(await shownDistances(shown, data, measured.directions, gemm));
    }
  } finally {
    await gemm.dispose();
  }
  warnOfMeasures(found, spec, context);
  const fields: RelationsResult = {
    kind: 'relations',
    layers: features.layers,
    pairs: table.labels.length,
    words: table.words.length,
    carrier: spec.carrier ?? 'none',
    splits: spec.splits,
    draws: spec.null,
    relations: found.flatMap((layer) => layer.relations),
    silhouette: found.map(({ silhouette }) => silhouette),
    lda: found.map(({ lda }) => lda),
    distractors: found.map(({ distractors }) => distractors),
    planes: shown.map(({ name, of, words, pairs: ends, uses }) => ({ name, of, words, pairs: ends, uses })),
  };
  return {
    fields: { ...fields },
    arrays: {
      points: {
        data: joined(found.map(({ points }) => points)),
        shape: [found.length, table.labels.length, 2, measure.dimensions],
      },
      distances: distancesArray(distances),
      ...(roles.length > 0 && { splits: { data: joinedBytes(roles), shape: [roles.length, table.labels.length] } }),
    },
    files: { 'pairs.csv': (path) => writeFile(path, pairsCsv(table)) },
  };
}

async function* featuresOfWords(
  { words, places }: PairTable,
  { model, layers, carrier = BLANK }: CrystalsSpec & { readonly model: string },
  context: RunContext,
): AsyncGenerator<Progress, Features> {
  const transformer = await context.openModel(model);
  const beyond = layers.find((layer) => layer >= transformer.description.layers);
  if (beyond !== undefined) {
    throw new UserError(
      `--layers: the model has no layer ${beyond}`,
      `Its layers are −1 (the embedding) to ${transformer.description.layers - 1}.`,
    );
  }
  const stimuli = words.map((word, i) => ({ text: carrier.trim().replace(BLANK, () => word), ...places[i]! }));
  requireRoom(stimuli, words, transformer);
  return yield* featuresOfStimuli(stimuli, model, { layers, pooling: 'last' }, context);
}

/** @throws UserError for a word that, with its carrier, has more tokens than the model takes */
function requireRoom(
  stimuli: readonly { readonly text: string; readonly source: string }[],
  words: readonly string[],
  { description, tokenizer }: Transformer,
): void {
  stimuli.forEach(({ text, source }, i) => {
    const tokens = tokenizer.encode(text).length;
    if (tokens <= description.context) return;
    const word = words[i]!;
    const shown = word.length > SHOWN_CHARACTERS ? `${word.slice(0, SHOWN_CHARACTERS)}…` : word;
    throw new UserError(
      `${source}: ${shown} has ${count(tokens)} tokens, and the model takes at most ${count(description.context)}`,
      text === word ? 'Shorten it or delete the pair.' : 'Shorten it or --carrier, with which it is read.',
    );
  });
}

function layerData(values: Float32Array, { layers, width }: Features, index: number, table: PairTable): LayerData {
  const words = Float64Array.from(values);
  const differences = new Float64Array(table.labels.length * width);
  table.labels.forEach((_, pair) => {
    const [a, b] = [table.inputs[pair]! * width, table.outputs[pair]! * width];
    for (let k = 0; k < width; k += 1) differences[pair * width + k] = words[b + k]! - words[a + k]!;
  });
  return { layer: layers[index]!, width, words, differences };
}

function shuffles(labels: Int32Array, draws: number, random: Random): Int32Array[] {
  return Array.from({ length: draws }, (_, draw) =>
    random
      .fork(`labels/${draw}`)
      .permutation(labels.length)
      .map((from) => labels[from]!),
  );
}

function warnOfMeasures(found: readonly LayerFields[], spec: CrystalsSpec, context: RunContext): void {
  for (const { relations, lda } of found) {
    const unchanged = relations.reduce((sum, relation) => sum + relation.unchanged, 0);
    const layer = lda.layer < 0 ? 'The embedding' : `Layer ${lda.layer}`;
    if (unchanged > 0) {
      context.warn(
        `${layer}: ${counted(unchanged, 'pair')} end in the same sub-token and have no difference there; their qualities count as 0.`,
      );
    }
    if (spec.lda === 'svd' && [lda, ...lda.heldOut].some(({ method }) => method === 'shrinkage')) {
      context.warn(
        `${layer}: too few different pairs for its dimensions, so discriminant analysis shrank the scatter (${shrinkages(lda)}).`,
      );
    }
    const missing = relations.filter(({ heldOut }) => spec.splits > 0 && Number.isNaN(heldOut.after.cosine));
    if (missing.length > 0) {
      context.warn(
        `${layer}: too few pairs without common words to hold any out of ${missing.map(({ name }) => name).join(', ')}.`,
      );
    }
  }
  if (spec.null > 0 && spec.null < ENOUGH_DRAWS) {
    context.warn(`${spec.null} draws of the null cannot bring p below 0.05: ask for ${ENOUGH_DRAWS} or more.`);
  }
}

function shrinkages({ method, shrinkage, heldOut }: LayerFields['lda']): string {
  const split = heldOut.filter((one) => one.method === 'shrinkage').length;
  const all = method === 'shrinkage' ? `γ = ${shrinkage.toPrecision(2)} over all pairs` : 'not over all pairs';
  return `${all}, in ${split} of ${heldOut.length} splits`;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function joinedBytes(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function pairsCsv({ names, words, inputs, outputs, labels }: PairTable): string {
  const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = Array.from(labels, (label, i) =>
    [names[label]!, words[inputs[i]!]!, words[outputs[i]!]!].map(quoted).join(','),
  );
  return `relation,input,output\n${rows.join('\n')}\n`;
}

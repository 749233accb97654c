import { signatureOf } from '../../math/similarity/similarity';
import { Cancelled, UserError, messageOf } from '../../shared/errors';
import { nameOfModel } from '../../shared/model-name';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import type { SimilarityFields } from './result';
import type { SimilaritySpec } from './spec';
import type { Given } from './stimuli';
import { isResult, readStored } from './stored';
import type { TextHashes } from './stored';

/** A model's features of the stimuli, one layer at a time. */
export interface Represented {
  readonly name: string;
  readonly layers: number;
  readonly rows: number;
  /** f32 [rows, width] */
  layer(index: number): Promise<Float32Array>;
}

/** Models with their features, and those that failed. */
export interface Gathered {
  readonly models: readonly Represented[];
  readonly failed: SimilarityFields['failed'];
}

/**
 * Runs the models one after another through the activation cache; each gives its memory back before the next. With more
 * than two, one that fails does not stop the others.
 * @throws UserError of a failing model where fewer than two are left; Cancelled
 */
export async function* gather(
  spec: SimilaritySpec,
  given: Given | undefined,
  context: RunContext,
): AsyncGenerator<Progress, Gathered> {
  const models: Represented[] = [];
  const run = new Map<string, Represented>();
  const failed: { model: string; problem: string }[] = [];
  const errors: unknown[] = [];
  let texts = await textsOf(given, context);
  for (const [m, path] of spec.model.entries()) {
    if (spec.model.indexOf(path) < m) {
      const same = run.get(path);
      if (same !== undefined) models.push(same);
      continue;
    }
    yield { phase: 'Running models', done: m, total: spec.model.length, unit: 'models' };
    try {
      const name = nameAmong(path, spec.model);
      let represented: Represented;
      if (isResult(path)) {
        requireTexts(path, given);
        const stored = await readStored(path, texts, spec, context);
        texts ??= stored.texts;
        represented = { ...stored.represented, name };
      } else {
        represented = { ...(yield* runModel(path, given, context)), name };
      }
      run.set(path, represented);
      models.push(represented);
    } catch (error) {
      if (error instanceof Cancelled || context.signal.aborted) throw error;
      errors.push(error);
      failed.push({ model: nameAmong(path, spec.model), problem: messageOf(error) });
    }
  }
  if (models.length < 2) throw errors[0];
  for (const { model, problem } of failed) context.warn(`${model} failed and is left out: ${problem}`);
  return { models, failed };
}

async function* runModel(
  path: string,
  given: Given | undefined,
  context: RunContext,
): AsyncGenerator<Progress, Omit<Represented, 'name'>> {
  if (given === undefined) {
    throw new UserError('--stimuli is missing', 'Only results of activations are compared without.');
  }
  const features = yield* given.features(path, context);
  // Its weights are no longer needed: the next model may take their memory.
  await features.model.dispose();
  return {
    layers: features.layers.length,
    rows: features.rows,
    layer: (index) => features.layer(index),
  };
}

/** A model's name, or its path where another one of them is called the same. */
function nameAmong(path: string, paths: readonly string[]): string {
  const name = nameOfModel(path);
  return paths.some((other) => other !== path && nameOfModel(other) === name) ? path : name;
}

async function textsOf(given: Given | undefined, context: RunContext): Promise<TextHashes | undefined> {
  if (given === undefined) return undefined;
  const hashes: string[] = [];
  for (const file of given.files) hashes.push(await context.hash(file));
  return { of: given.files.join(', '), hashes };
}

function requireTexts(path: string, given: Given | undefined): void {
  if (given === undefined || (given.level === 'text' && given.files.length > 0)) return;
  throw new UserError(
    `${path} holds activations of texts, and the others are asked for ${given.level === 'text' ? 'those of a dataset' : `each ${given.level}`}`,
    'Give the model itself.',
  );
}

/** Bytes of the signatures of one model: n(n + 1)/2 float64 per layer at most. */
function bytesOf({ rows, layers }: Represented): number {
  return layers * rows * (rows + 1) * 4;
}

/**
 * Signatures of models' layers. Those of models used before are kept while memory allows, the others are made again from
 * the cached features.
 */
export class Signatures {
  private readonly kept = new Map<Represented, readonly Float64Array[]>();

  constructor(
    private readonly spec: Pick<SimilaritySpec, 'metric' | 'zscored'>,
    /** Bytes. */
    private readonly room: number,
  ) {}

  /** @param beside the other model of the pair, which stays @throws UserError where not even a pair fits in memory */
  async *of(model: Represented, beside?: Represented): AsyncGenerator<Progress, readonly Float64Array[]> {
    const known = this.kept.get(model);
    if (known !== undefined) return known;
    this.makeRoom(model, beside);
    const made: Float64Array[] = [];
    for (let layer = 0; layer < model.layers; layer += 1) {
      made.push(signatureOf(await model.layer(layer), model.rows, this.spec.metric, this.spec.zscored));
      yield { phase: `Layers of ${model.name}`, done: layer + 1, total: model.layers, unit: 'layers' };
    }
    this.kept.set(model, made);
    return made;
  }

  private makeRoom(model: Represented, beside: Represented | undefined): void {
    const needed = bytesOf(model);
    const held = (): number => [...this.kept.keys()].reduce((sum, one) => sum + bytesOf(one), needed);
    for (const other of this.kept.keys()) if (held() > this.room && other !== beside) this.kept.delete(other);
    if (held() <= this.room) return;
    throw new UserError(
      `${model.rows} rows need ${Math.ceil(held() / 1e9)} GB for the layers of two models`,
      'Give fewer stimuli, or more --memory.',
    );
  }
}

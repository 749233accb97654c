import { basename, dirname } from 'node:path';
import { writeSaeLens } from '../../data/sae/write';
import type { SaeLensFacts } from '../../data/sae/write';
import { Random } from '../../math/random';
import type { SaeTrainer } from '../../math/sae-training/trainer';
import { chosenLayers } from '../../models/layer-choice';
import type { Transformer } from '../../models/transformer';
import type { AnalysisResult } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { BatchPlan } from './batches';
import { keepBest, keepBestAgain } from './best';
import { CURVE_COLUMNS, encodeCurves } from './curves';
import type { CurvePoint } from './curves';
import { HELD_ROWS, needsOf, requireMemory } from './memory';
import type { Needs } from './memory';
import type { SaeTrainingFields } from './result';
import { ROLE, rolesOf } from './roles';
import type { Roles } from './roles';
import { holdOut, storedRows } from './rows';
import type { SaeTrainingSpec } from './spec';
import { readTokens } from './tokens';
import type { TrainingTokens } from './tokens';
import { train } from './train';
import type { Trained } from './train';
import { trainedSae } from './weights';

/**
 * Trains a TopK SAE on the layer's activations over the documents.
 * @returns the SAE in SAELens' layout beside the result; arrays `curves` f64 [measurements, 7] (`curveColumns`) and
 *   `firings` f64 [features], tokens of the held-out documents on which each feature fired
 * @throws UserError for settings, documents and a model that do not go together, or a loss that is not finite; Cancelled
 */
export async function* trainSae(spec: SaeTrainingSpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  const model = await context.openModel(spec.model);
  const { layers, width } = model.description;
  chosenLayers([spec.layer], layers);
  if (spec.k > width)
    throw new UserError(
      `--k ${spec.k} is more than the model's width, ${width}: nothing would be sparse`,
      'Keep fewer features per token.',
    );
  const tokens = yield* readTokens(spec, model, context);
  const held = holdOut(tokens.documentRows, spec.heldOut, new Random(context.seed, 'sae training/held out'));
  requireRows(
    spec,
    tokens.documentRows.reduce((sum, rows, i) => sum + (held[i] === 0 ? rows : 0), 0),
  );
  const needs = needsOf(spec, width, tokens.documents.length);
  yield {
    phase: `Needs ${formatBytes(needs.memory)} of memory and ${formatBytes(needs.disk)} on the disk beside the model`,
    done: 0,
    total: 1,
    unit: 'plan',
  };
  requireMemory(needs, model, context.memory);
  const rows = yield* storedRows(model, spec.layer, tokens, context);
  const random = new Random(context.seed, 'sae training/batches');
  const roles = yield* rolesOf(rows, tokens.documents, held, spec.outliers);
  const trainRows = countOf(roles, ROLE.train);
  requireRows(spec, trainRows);
  if (countOf(roles, ROLE.held) === 0)
    throw new UserError(
      'Every token of the held-out documents has an outlying norm: none is left to measure on',
      'Give more documents, or raise --outliers.',
    );
  if (trainRows < spec.features)
    context.warn(`${trainRows} tokens to train on are fewer than the ${spec.features} features: most will stay dead.`);
  const plan = new BatchPlan(rows, roles.of, random, spec);
  const facts = { layer: spec.layer, model: basename(spec.model), context: tokens.context };
  const settings = { of: 'sae training', ...settingsOf(spec), tokens: tokens.sha256 };
  const checkpoint = await context.checkpoint(model.files, settings);
  const material = {
    plan,
    held: await plan.heldOut(HELD_ROWS),
    width,
    checkpoint,
    keep: (trainer: SaeTrainer, factor: number, point: CurvePoint) =>
      keepBest(context, checkpoint, describePoint(point), (folder) =>
        writeSaeLens(folder, trainedSae(trainer, factor, facts), extraOf(spec, model, point.varianceExplained)),
      ),
    keepAgain: () => keepBestAgain(context, checkpoint),
  };
  const trained = yield* train(spec, material, context);
  const sae = trainedSae(trained.trainer, trained.scaling.factor, facts);
  const extra = extraOf(spec, model, trained.fit.varianceExplained);
  return {
    fields: { ...fieldsFor(spec, model, tokens, held, roles, trained, needs) },
    arrays: {
      curves: { data: encodeCurves(trained.curves), shape: [trained.curves.length, CURVE_COLUMNS.length] },
      firings: { data: trained.fit.firings, shape: [spec.features] },
    },
    files: { 'cfg.json': (path) => writeSaeLens(dirname(path), sae, extra) },
  };
}

/** @throws UserError for too few rows to train on: first of all tokens, then without outliers */
function requireRows({ k }: SaeTrainingSpec, trainRows: number): void {
  if (trainRows >= k * 2) return;
  throw new UserError(
    `The documents give ${trainRows} tokens to train on: too few for ${k} features per token`,
    'Give more documents; an SAE wants many times as many tokens as it has features.',
  );
}

function countOf({ of }: Roles, wanted: number): number {
  return of.reduce((sum, role) => sum + Number(role === wanted), 0);
}

/** What the steps depend on, besides tokens, model and seed. */
function settingsOf({ evaluateEvery, ...spec }: SaeTrainingSpec): Partial<SaeTrainingSpec> {
  const { layer, features, k, epochs, batch, learningRate, warmup, heldOut, deadAfter, auxK, outliers } = spec;
  const settings = { layer, features, k, epochs, batch, learningRate, warmup, heldOut, deadAfter, auxK, outliers };
  return evaluateEvery === undefined ? settings : { ...settings, evaluateEvery };
}

/** "variance explained 0.68 at step 1200" */
function describePoint({ varianceExplained, step }: CurvePoint): string {
  return `variance explained ${varianceExplained.toFixed(3)} at step ${step}`;
}

function extraOf(spec: SaeTrainingSpec, { tokenizer }: Transformer, varianceExplained: number): SaeLensFacts {
  const { documents, features, k, learningRate, epochs, batch } = spec;
  return {
    prependBos: tokenizer.bosId !== undefined,
    dataset: documents.map((path) => basename(path)).join(', '),
    metadata: { brainlens: { features, k, learningRate, epochs, batch, varianceExplained } },
  };
}

function fieldsFor(
  spec: SaeTrainingSpec,
  model: Transformer,
  tokens: TrainingTokens,
  held: Uint8Array,
  roles: Roles,
  { trainer, scaling, fit, wholeFit, resumedAt }: Trained,
  needs: Needs,
): SaeTrainingFields {
  const { varianceExplained, l0, meanSquaredError, firings } = fit;
  const heldDocuments = held.reduce((sum, value) => sum + value, 0);
  return {
    layer: spec.layer,
    width: model.description.width,
    features: spec.features,
    k: spec.k,
    trainTokens: countOf(roles, ROLE.train),
    outliers: roles.outliers,
    documents: held.length - heldDocuments,
    steps: trainer.state.step,
    resumedAt,
    scale: scaling.factor,
    heldOut: {
      ...{ documents: heldDocuments, tokens: fit.tokens, varianceExplained, l0, meanSquaredError },
      withOutliers: wholeFit,
      silent: firings.filter((count) => count === 0).length / spec.features,
    },
    dead: trainer.deadFeatures().length / spec.features,
    types: Array.from(tokens.types, ([type, counts]) => ({ type, ...counts })),
    curveColumns: CURVE_COLUMNS,
    needs,
  };
}

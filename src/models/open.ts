import { stat } from 'node:fs/promises';
import { fileProblem } from '../data/files';
import { Cancelled, UserError } from '../shared/errors';
import type { Progress } from '../shared/progress';
import { configure } from './architectures/index';
import type { Architecture, ArchitectureModel } from './architectures/architecture';
import type { Checkpoint } from './checkpoint';
import { nonFiniteWeights, sampleNonFinite } from './finite';
import { isModelFolder, openFolder } from './folder';
import { ggufFacts, openGguf } from './gguf';
import { chooseExecutor, estimateMemory, footprintOf, planRun } from './memory';
import type { Footprint } from './memory';
import { SegmentedTransformer } from './segmented';
import { createTokenizer } from './tokenizer';
import type { ModelDescription, Transformer } from './transformer';
import { untrained } from './untrained';
import { isTied, parametersOf, resolveWeights } from './weights';

export { chooseExecutor, isModelFolder };

export interface OpenOptions {
  /** Where a dequantised GGUF and random weights are kept. */
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface TransformerOptions extends OpenOptions {
  /** Memory budget in bytes. */
  readonly memory: number;
  readonly threads: number;
  readonly executor: 'auto' | 'resident' | 'streaming';
  /** Random weights of the same architecture from this seed, in place of the trained ones. */
  readonly untrainedSeed?: number | undefined;
}

/**
 * Opens a model's files: a Hugging Face folder (also a cache snapshot of symlinks) or a `.gguf`, which is dequantised
 * into the cache folder once.
 * @throws UserError that names the file and the remedy; Cancelled
 */
export async function openCheckpoint(path: string, options: OpenOptions): Promise<Checkpoint> {
  return (await isGguf(path)) ? openGguf(path, options) : openFolder(path);
}

/**
 * A model's facts and memory needs, from headers alone: no weight is read and nothing is written.
 * @throws UserError as `openTransformer`
 */
export async function describeModel(path: string): Promise<ModelDescription> {
  return (await survey(path)).description;
}

/**
 * Opens a runnable transformer; its weights are loaded when it first runs.
 * @throws UserError where the files are damaged or incomplete, the family or a setting is not supported, a weight is not
 *   finite, or the memory budget is too small; Cancelled
 */
export async function openTransformer(path: string, options: TransformerOptions): Promise<Transformer> {
  const { description, model, footprint } = await survey(path);
  const executor = chooseExecutor(description, options.memory, options.executor);
  let checkpoint = await openCheckpoint(path, options);
  if (options.untrainedSeed !== undefined) {
    checkpoint = await untrained(checkpoint, model, { ...options, seed: options.untrainedSeed });
  }
  if (options.signal.aborted) throw new Cancelled();
  const weights = resolveWeights(checkpoint, model);
  const culprit = sampleNonFinite(weights.entries);
  if (culprit !== undefined) throw nonFiniteWeights(culprit);
  const tokenizer = createTokenizer({ ...checkpoint.tokenizer, path: `${path}: tokenizer.json` });
  return new SegmentedTransformer({
    path,
    model,
    weights,
    plan: planRun(model, footprint, executor, options.memory),
    threads: options.threads,
    description,
    tokenizer,
    executor,
    memory: options.memory,
    files: checkpoint.files,
    endIds: endIdsOf(checkpoint.config['eos_token_id'], tokenizer.eosId),
  });
}

/** Ids that end a text: `eos_token_id` of the config (one or several) and the tokenizer's own. */
function endIdsOf(configured: unknown, own: number | undefined): number[] {
  const listed: unknown[] = Array.isArray(configured) ? configured : [configured];
  return [...new Set([...listed, own])].filter((id) => typeof id === 'number');
}

interface Survey {
  readonly description: ModelDescription;
  readonly model: ArchitectureModel;
  readonly footprint: Footprint;
}

async function survey(path: string): Promise<Survey> {
  const { config, dtype, hasHead } = (await isGguf(path)) ? await ggufSurvey(path) : await folderSurvey(path);
  const { architecture, model, uncovered } = configure(config, path);
  // Quantised tensors become float32 in the cache.
  const footprint = footprintOf(model, dtype === 'F16' || dtype === 'BF16' ? 2 : 4);
  const description = { ...describe(architecture, model, footprint, dtype, hasHead), ...supportOf(uncovered) };
  return { description, model, footprint };
}

interface Facts {
  readonly config: Readonly<Record<string, unknown>>;
  readonly dtype: string;
  readonly hasHead: boolean;
}

async function ggufSurvey(path: string): Promise<Facts> {
  const { config, dtype } = await ggufFacts(path);
  return { config, dtype, hasHead: true };
}

async function folderSurvey(path: string): Promise<Facts> {
  const checkpoint = await openFolder(path);
  const { hasHead } = resolveWeights(checkpoint, configure(checkpoint.config, path).model);
  return { config: checkpoint.config, dtype: checkpoint.dtype, hasHead };
}

function describe(
  architecture: Architecture,
  model: ArchitectureModel,
  footprint: Footprint,
  dtype: string,
  hasHead: boolean,
): Omit<ModelDescription, keyof Support> {
  const { layers, width, heads, kvHeads, vocabulary, context } = model.sizes;
  return {
    family: architecture.family,
    layers,
    width,
    heads,
    kvHeads,
    parameters: parametersOf(model, hasHead && !isTied(model)).reduce(
      (sum, { shape }) => sum + shape.reduce((product, dim) => product * dim, 1),
      0,
    ),
    dtype,
    vocabulary,
    context,
    ...(model.steadyTo !== undefined && { steadyTo: model.steadyTo }),
    memory: estimateMemory(model, footprint),
  };
}

type Support = Pick<ModelDescription, 'verified' | 'support' | 'uncovered'>;

function supportOf(uncovered: readonly string[]): Support {
  const verified = uncovered.length === 0;
  return { verified, support: verified ? 'verified' : 'supported', uncovered };
}

/** Whether the path is a file (then a GGUF) rather than a folder. @throws UserError where it is neither or unreadable */
export async function isGguf(path: string): Promise<boolean> {
  const facts = await stat(path).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  if (facts.isDirectory()) return false;
  if (path.toLowerCase().endsWith('.gguf')) return true;
  throw new UserError(`${path} is not a model`, 'Choose the folder of a Hugging Face model, or a .gguf file.');
}

import { stat } from 'node:fs/promises';
import { fileProblem } from '../data/files';
import { Cancelled, UserError } from '../shared/errors';
import type { Progress } from '../shared/progress';
import type { Provider } from '../shared/provider';
import { configure } from './architectures/index';
import type { Architecture, ArchitectureModel } from './architectures/architecture';
import type { Checkpoint } from './checkpoint';
import { endIdsOf } from './end-ids';
import { nonFiniteWeights, sampleNonFinite } from './finite';
import { hasSafetensors, isModelFolder, openFolder } from './folder';
import { ggufFacts, openGguf } from './gguf';
import { chooseExecutor, estimateMemory, footprintOf, planRun } from './memory';
import type { Footprint } from './memory';
import { findExport, isOnnxFile } from './onnx-export/find-export';
import type { ExportPlace } from './onnx-export/find-export';
import { FLOAT32, settleProvider } from './parity';
import { SegmentedTransformer } from './segmented';
import { createTokenizer } from './tokenizer';
import type { ModelDescription, Placement, Transformer } from './transformer';
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
  /** Where it is to run; absent: on the CPU. Where it cannot, it runs on the CPU (see `Transformer.placement`). */
  readonly provider?: Provider | undefined;
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
  return (await describeFiles(path)).description;
}

/** A model's facts and memory needs, and the files that make it up. @throws UserError as `openTransformer` */
export async function describeFiles(
  path: string,
): Promise<{ readonly description: ModelDescription; readonly files: readonly string[] }> {
  const place = await exportPlace(path);
  if (place !== undefined) return (await import('./onnx-export/open-export')).describeExport(place);
  const { description } = await survey(path);
  return { description, files: (await isGguf(path)) ? [path] : (await openFolder(path)).files };
}

/**
 * Opens a runnable transformer; its weights are loaded when it first runs.
 * @throws UserError where the files are damaged or incomplete, the family or a setting is not supported, a weight is not
 *   finite, or the memory budget is too small; Cancelled
 */
export async function openTransformer(path: string, options: TransformerOptions): Promise<Transformer> {
  const place = await exportPlace(path);
  if (place !== undefined) return openOnnx(place, options);
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
  const parts = {
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
  };
  const make = (placement: Placement): SegmentedTransformer => new SegmentedTransformer({ ...parts, placement });
  return settleProvider(options.provider ?? 'cpu', make, { ...options, ...weights, tolerance: FLOAT32 });
}

/** The ONNX export that a path means where it is no GGUF and has no safetensors weights. */
async function exportPlace(path: string): Promise<ExportPlace | undefined> {
  if (await isGguf(path)) return undefined;
  return isOnnxFile(path) || !(await hasSafetensors(path)) ? findExport(path) : undefined;
}

async function openOnnx(place: ExportPlace, options: TransformerOptions): Promise<Transformer> {
  if (options.untrainedSeed !== undefined) {
    throw new UserError(
      `${place.graph}: an ONNX export cannot be compared with random weights`,
      'Use the model’s safetensors weights for --untrained.',
    );
  }
  const { openExport } = await import('./onnx-export/open-export');
  const model = await openExport(place, options);
  if (options.signal.aborted) throw new Cancelled();
  return model;
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

/** Whether the path is a GGUF rather than a folder or an ONNX export. @throws UserError where it is none or unreadable */
export async function isGguf(path: string): Promise<boolean> {
  const facts = await stat(path).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  if (facts.isDirectory()) return false;
  if (path.toLowerCase().endsWith('.gguf')) return true;
  if (isOnnxFile(path)) return false;
  throw new UserError(`${path} is not a model`, 'Choose the folder of a Hugging Face model, a .gguf or an .onnx file.');
}

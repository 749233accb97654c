import { readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hashFile } from '../data/hash';
import { UserError } from '../shared/errors';
import type { Progress } from '../shared/progress';
import type { Checkpoint, TensorEntry } from './checkpoint';
import type { GgufType } from './dequantise';
import { cacheBytes, writeGgufCache } from './gguf-cache';
import { readGgufHeader, type GgufHeader } from './gguf-header';
import { GgufFacts } from './gguf-metadata';
import { planCheckpoint, type CheckpointPlan } from './gguf-plan';
import { rebuildTokenizer } from './gguf-tokenizer';
import { readSafetensors } from './safetensors';

/** Raised whenever a cached folder of the same file would come out differently. */
const CACHE_VERSION = 1;

/** What a GGUF's header says, without its data. */
export interface GgufDescription {
  /** Hugging Face's `config.json` fields. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Stored type of most parameters, for example "Q4_1". */
  readonly dtype: GgufType;
  readonly parameters: number;
  /** Bytes that the dequantised copy takes on disk. */
  readonly cacheBytes: number;
  /** Shapes (C order) by Hugging Face name. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Entries of the embedded vocabulary. */
  readonly vocabulary: number;
}

export interface OpenGgufOptions {
  /** Where dequantised copies live, `gguf/<sha256>-v<N>` below it. */
  readonly cacheFolder: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Facts of a GGUF file from its header alone.
 * @throws UserError as `openGguf`, except for the disk
 */
export async function ggufFacts(path: string): Promise<GgufDescription> {
  const header = await readGgufHeader(path);
  const plan = planCheckpoint(header);
  return {
    config: plan.config,
    dtype: commonType(plan),
    parameters: plan.tensors.reduce((sum, { source }) => sum + source.elements, 0),
    cacheBytes: cacheBytes(plan),
    shapes: new Map(plan.tensors.map(({ name, shape }) => [name, shape])),
    vocabulary: new GgufFacts(header).strings('tokenizer.ggml.tokens').length,
  };
}

/** Whether a dequantised copy of this very file (by its content) is in the cache. */
export async function ggufCacheMade(path: string, cacheFolder: string, signal?: AbortSignal): Promise<boolean> {
  const folder = await cacheOf(path, { cacheFolder, ...(signal === undefined ? {} : { signal }) });
  return (await stat(join(folder, 'model.safetensors')).catch(() => undefined)) !== undefined;
}

/**
 * Opens a GGUF file as a checkpoint in Hugging Face form. The first time, its tensors are dequantised into the cache
 * (float32; F16 and BF16 stay), its tokenizer and config rebuilt beside them; later the copy is found by content hash.
 * @throws UserError for a bad or unsupported file, or a full disk; Cancelled on abort, with nothing left behind
 */
export async function openGguf(path: string, options: OpenGgufOptions): Promise<Checkpoint> {
  const folder = await cacheOf(path, options);
  const cached = await readCache(path, folder);
  if (cached !== undefined) return cached;
  const header = await readGgufHeader(path);
  const plan = planCheckpoint(header);
  const texts = describeCheckpoint(header, plan);
  await writeGgufCache(header.path, plan, texts, folder, options);
  const made = await readCache(path, folder);
  if (made !== undefined) return made;
  throw new UserError(`the dequantised copy of ${path} in ${folder} cannot be read`, 'Check the disk and run again.');
}

async function cacheOf(path: string, options: OpenGgufOptions): Promise<string> {
  const { cacheFolder, signal } = options;
  const sha256 = await hashFile(path, { cacheFolder, ...(signal === undefined ? {} : { signal }) });
  return join(cacheFolder, 'gguf', `${sha256}-v${CACHE_VERSION}`);
}

function describeCheckpoint(header: GgufHeader, plan: CheckpointPlan): Record<string, string> {
  const facts = new GgufFacts(header);
  const tokenizer = rebuildTokenizer(facts);
  const tokens = facts.strings('tokenizer.ggml.tokens').length;
  if (tokens > Number(plan.config['vocab_size'])) {
    throw new UserError(
      `${header.path} has ${tokens} tokens, but embeds only ${String(plan.config['vocab_size'])}`,
      'The file is inconsistent: convert or download it again.',
    );
  }
  return {
    'config.json': JSON.stringify(plan.config, undefined, 1),
    'tokenizer.json': JSON.stringify(tokenizer.json),
    'tokenizer_config.json': JSON.stringify(tokenizer.config, undefined, 1),
    'gguf.json': JSON.stringify({ path: header.path, dtype: commonType(plan) }),
  };
}

/** The stored type that holds the most parameters. */
function commonType(plan: CheckpointPlan): GgufType {
  const counts = new Map<GgufType, number>();
  for (const { source } of plan.tensors) counts.set(source.type, (counts.get(source.type) ?? 0) + source.elements);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best))[0];
}

/** A made copy; one that was damaged since is removed, so that it is made again. */
async function readCache(path: string, folder: string): Promise<Checkpoint | undefined> {
  if ((await stat(folder).catch(() => undefined)) === undefined) return undefined;
  try {
    const [config, json, tokenizerConfig, origin, { tensors }] = await Promise.all([
      readJson(join(folder, 'config.json')),
      readJson(join(folder, 'tokenizer.json')),
      readJson(join(folder, 'tokenizer_config.json')),
      readJson(join(folder, 'gguf.json')),
      readSafetensors(join(folder, 'model.safetensors')),
    ]);
    return {
      path,
      config,
      tensors: new Map(tensors.map((tensor: TensorEntry) => [tensor.name, tensor])),
      tokenizer: { json, config: tokenizerConfig },
      dtype: String(origin['dtype']),
      files: [resolve(path)],
    };
  } catch {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  }
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
}

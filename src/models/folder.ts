import { access, readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileProblem } from '../data/files';
import { jsonFault } from '../data/json-fault';
import { UserError } from '../shared/errors';
import { familyOf } from './architectures/index';
import type { Checkpoint, StoredType, TensorEntry } from './checkpoint';
import { findExport } from './onnx-export/find-export';
import { readSafetensors } from './safetensors';
import type { SafetensorsFile } from './safetensors';
import { effectiveConfig, readsSpecialTokensMap } from './tokenizer-files';

const CONFIG = 'config.json';
const TOKENIZER = 'tokenizer.json';
const TOKENIZER_CONFIG = 'tokenizer_config.json';
const SPECIAL_TOKENS_MAP = 'special_tokens_map.json';
const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** Whether a folder looks like a Hugging Face model with safetensors weights or an ONNX export; never throws. */
export async function isModelFolder(path: string): Promise<boolean> {
  if (!(await exists(join(path, CONFIG)).catch(() => false))) return false;
  if (await hasSafetensors(path).catch(() => false)) return true;
  return findExport(path).then(
    (place) => place !== undefined,
    (error) => error instanceof UserError,
  );
}

/** Whether a folder holds safetensors weights. @throws UserError where it may not be searched */
export async function hasSafetensors(path: string): Promise<boolean> {
  return (await exists(join(path, SINGLE))) || (await exists(join(path, INDEX)));
}

/**
 * Opens a Hugging Face folder: `config.json`, `tokenizer.json`, weights as one safetensors file or as shards with an
 * index. Symlinks are followed, so a snapshot folder of the Hugging Face cache works as it is. Reads headers only.
 * @throws UserError that names the file and the remedy
 */
export async function openFolder(path: string): Promise<Checkpoint> {
  const config = await readConfig(path);
  familyOf(config, path);
  const weights = await openWeights(path);
  const { tokenizer, names } = await readTokenizer(path, config);
  return {
    path,
    config,
    tensors: weights.tensors,
    others: weights.others,
    tokenizer,
    dtype: commonType(weights.tensors.values()),
    files: [CONFIG, ...names, ...weights.names].map((name) => resolve(path, name)),
  };
}

/**
 * What a folder holds beside its weights: config and tokenizer, and the files that these were read from.
 * @throws UserError that names the file and the remedy
 */
export async function readFolderFiles(path: string): Promise<Pick<Checkpoint, 'config' | 'tokenizer' | 'files'>> {
  const config = await readConfig(path);
  const { tokenizer, names } = await readTokenizer(path, config);
  return { config, tokenizer, files: [CONFIG, ...names].map((name) => resolve(path, name)) };
}

function readConfig(path: string): Promise<Record<string, unknown>> {
  return requiredJson(path, CONFIG, 'Choose the folder of a Hugging Face model, a .gguf or an .onnx file.');
}

async function readTokenizer(
  path: string,
  config: Checkpoint['config'],
): Promise<{ readonly tokenizer: Checkpoint['tokenizer']; readonly names: readonly string[] }> {
  const json = await requiredJson(
    path,
    TOKENIZER,
    'Put the model’s tokenizer.json there; AutoTokenizer.from_pretrained(…).save_pretrained(…) in Python writes it.',
  );
  const hasTokenizerConfig = await exists(join(path, TOKENIZER_CONFIG));
  const tokenizerConfig = hasTokenizerConfig ? await readJson(join(path, TOKENIZER_CONFIG)) : {};
  const hasMap = readsSpecialTokensMap(tokenizerConfig) && (await exists(join(path, SPECIAL_TOKENS_MAP)));
  const specialTokensMap = hasMap ? await readJson(join(path, SPECIAL_TOKENS_MAP)) : {};
  const optional = [...(hasTokenizerConfig ? [TOKENIZER_CONFIG] : []), ...(hasMap ? [SPECIAL_TOKENS_MAP] : [])];
  return {
    tokenizer: { json, config: effectiveConfig(tokenizerConfig, specialTokensMap, config) },
    names: [TOKENIZER, ...optional],
  };
}

interface FolderWeights {
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  readonly others: ReadonlyMap<string, string>;
  /** Files of the folder that were read. */
  readonly names: readonly string[];
}

async function openWeights(path: string): Promise<FolderWeights> {
  if (await exists(join(path, SINGLE))) {
    const { tensors, others } = await openShard(path, SINGLE);
    return { tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), others, names: [SINGLE] };
  }
  if (await exists(join(path, INDEX))) return openShards(path);
  throw new UserError(`${path} has no ${SINGLE}`, await weightsRemedy(path));
}

async function weightsRemedy(path: string): Promise<string> {
  if (await exists(join(path, 'pytorch_model.bin'))) {
    return 'Its pytorch_model.bin must be converted first: save_pretrained(…, safe_serialization=True) in Python does it.';
  }
  return 'Download the weights in safetensors format.';
}

async function openShards(path: string): Promise<FolderWeights> {
  const place = await weightMap(join(path, INDEX));
  const shards = [...new Set(place.values())].sort();
  const opened = new Map<string, SafetensorsFile>();
  for (const shard of shards) {
    if (!(await exists(join(path, shard)))) {
      throw new UserError(`${path} lacks the shard ${shard} that ${INDEX} names`, 'Download the missing file.');
    }
    opened.set(shard, await openShard(path, shard));
  }
  const tensors = new Map<string, TensorEntry>();
  const others = new Map<string, string>();
  for (const [shard, file] of opened) {
    for (const tensor of file.tensors) if (place.get(tensor.name) === shard) tensors.set(tensor.name, tensor);
    for (const [name, dtype] of file.others) if (place.get(name) === shard) others.set(name, dtype);
  }
  for (const [name, shard] of place) {
    if (tensors.has(name) || others.has(name)) continue;
    throw new UserError(
      `${join(path, shard)} lacks the tensor ${name} that ${INDEX} places there`,
      'Download it again.',
    );
  }
  return { tensors, others, names: [INDEX, ...shards] };
}

async function weightMap(index: string): Promise<Map<string, string>> {
  const { weight_map: map } = await readJson(index);
  const entries = typeof map === 'object' && map !== null ? Object.entries(map) : [];
  if (entries.length === 0 || entries.some(([, shard]) => typeof shard !== 'string')) {
    throw new UserError(`${index} has no valid weight_map`, 'Download it again.');
  }
  return new Map(entries as [string, string][]);
}

/** A weight file by its real path: ONNX Runtime refuses links that lead out of the folder it is given. */
async function openShard(path: string, name: string): Promise<SafetensorsFile> {
  const file = join(path, name);
  try {
    return await readSafetensors(await realpath(file));
  } catch (error) {
    throw fileProblem(file, error);
  }
}

async function requiredJson(path: string, name: string, remedy: string): Promise<Record<string, unknown>> {
  if (!(await exists(join(path, name)))) throw new UserError(`${path} has no ${name}`, remedy);
  return readJson(join(path, name));
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw fileProblem(file, error);
  });
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    const { line, column } = jsonFault(text) ?? { line: 1, column: 1 };
    const where =
      text.trim() === '' ? `${file} is empty` : `${file}, line ${line}, column ${column}: it is no JSON from here`;
    throw new UserError(where, 'Mend it, or download it again.');
  }
  throw new UserError(`${file} is not a JSON object`, 'Download it again.');
}

/** The stored type that holds the most elements. */
function commonType(tensors: Iterable<TensorEntry>): StoredType {
  const elements: Record<StoredType, number> = { F32: 0, F16: 0, BF16: 0 };
  for (const { dtype, shape } of tensors) elements[dtype] += shape.reduce((product, dim) => product * dim, 1);
  return (Object.keys(elements) as StoredType[]).reduce((best, dtype) =>
    elements[dtype] > elements[best] ? dtype : best,
  );
}

/** Whether there is something at `file`. @throws UserError where a folder on the way may not be searched */
async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') throw fileProblem(file, error);
    return false;
  }
}

import { UserError } from '../shared/errors';
import type { HubFile } from './models';

/** One of the ways in which a model can be fetched. */
export interface Variant {
  /** "safetensors", or the name of the GGUF file. */
  readonly name: string;
  readonly files: readonly HubFile[];
  readonly bytes: number;
}

/** What is read beside the weights. */
const SMALL = [
  'config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'generation_config.json',
];
const REQUIRED = ['config.json', 'tokenizer.json'];
const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';
const SHARD = /^model-\d{5}-of-\d{5}\.safetensors$/;
const SPLIT_GGUF = /-\d{5}-of-\d{5}\.gguf$/i;
/** Vision towers that lie beside a language model in GGUF. */
const PROJECTOR = /(^|\/)mmproj/i;

/**
 * The ways in which a model can be fetched, the safetensors weights first, then GGUF files by size. Of several formats of
 * one model only one is ever fetched; pickled weights (`.bin`, `.pt`), which are programs, never are.
 * @param id for the message
 * @throws UserError where the model has nothing that Brainlens reads
 */
export function variantsOf(id: string, files: readonly HubFile[]): Variant[] {
  const safetensors = safetensorsOf(files);
  const ggufs = files
    .filter(({ path }) => /\.gguf$/i.test(path) && !SPLIT_GGUF.test(path) && !PROJECTOR.test(path))
    .map((file) => ({ name: file.path, files: [file], bytes: file.bytes }))
    .sort((a, b) => a.bytes - b.bytes);
  const variants = [...(safetensors === undefined ? [] : [safetensors]), ...ggufs];
  if (variants.length > 0) return variants;
  throw new UserError(`${id} has nothing that can be read: ${whatIsMissing(files)}`, 'Choose another model.');
}

function safetensorsOf(files: readonly HubFile[]): Variant | undefined {
  const present = new Set(files.map(({ path }) => path));
  if (!REQUIRED.every((name) => present.has(name))) return undefined;
  const weights = present.has(SINGLE)
    ? files.filter(({ path }) => path === SINGLE)
    : files.filter(({ path }) => present.has(INDEX) && (path === INDEX || SHARD.test(path)));
  if (weights.length === 0) return undefined;
  const needed = [...files.filter(({ path }) => SMALL.includes(path)), ...weights];
  return { name: 'safetensors', files: needed, bytes: bytesOf(needed) };
}

function whatIsMissing(files: readonly HubFile[]): string {
  const present = (test: RegExp): boolean => files.some(({ path }) => test.test(path));
  if (present(SPLIT_GGUF)) return 'its GGUF files are split into parts';
  if (!present(/\.safetensors$/)) return 'neither safetensors nor GGUF weights';
  const lacking = REQUIRED.filter((name) => !present(new RegExp(`^${name.replace('.', '\\.')}$`)));
  return lacking.length > 0 ? `no ${lacking.join(' and no ')}` : `no ${SINGLE} and no ${INDEX}`;
}

/** Bytes of files together. */
export function bytesOf(files: readonly HubFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { golden as goldenModelFolder } from './support';

/** Tiny models of every family with what PyTorch computes with them; `test/golden/families/make.py` makes them. */
const folder = join(import.meta.dirname, '../../golden/families');

/** Names of all variants: one JSON file each. */
export const variants: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => basename(file, '.json'))
  .sort();

/** One variant: how to make its weights, and what PyTorch computes with them. */
export interface Variant {
  readonly config: Readonly<Record<string, unknown>>;
  readonly dtype: 'F32' | 'BF16';
  readonly layers: number;
  readonly width: number;
  /** Name, with `*` for a block's number where all blocks have it, to shape, scale and offset of its values. */
  readonly tensors: Readonly<Record<string, readonly [shape: readonly number[], scale: number, offset: number]>>;
  readonly sequences: readonly Int32Array[];
  /** f32 [layers, width], 1 keeps a unit. */
  readonly mask: Float32Array;
  /** f32 [sequences, 1 + layers, width], the embedding first. */
  readonly last: Float32Array;
  readonly mean: Float32Array;
  /** f32 [sequences, 12]: of each sequence's last token, for the first ids. */
  readonly logits: Float32Array;
  readonly score: readonly number[];
  readonly scoreAblated: readonly number[];
}

interface StoredVariant extends Omit<Variant, 'sequences' | 'mask' | 'last' | 'mean' | 'logits'> {
  readonly lengths: readonly number[];
  readonly last: string;
  readonly mean: string;
  readonly logits: string;
}

/** Reads a variant and derives its token ids and its ablation mask. */
export function readVariant(name: string): Variant {
  const stored = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as StoredVariant;
  const vocabulary = vocabularyOf(stored.config);
  return {
    ...stored,
    sequences: stored.lengths.map((length) =>
      Int32Array.from(hashes(`ids/${length}`, length), (hash) => hash % vocabulary),
    ),
    mask: Float32Array.from(hashes('mask', stored.layers * stored.width), (hash) => (hash % 7 === 0 ? 0 : 1)),
    last: floats(stored.last),
    mean: floats(stored.mean),
    logits: floats(stored.logits),
  };
}

/** Writes a variant as a Hugging Face folder: config.json, model.safetensors and a tokenizer of 260 tokens. @returns its path */
export function writeModel(parent: string, name: string, variant: Variant): string {
  const path = join(parent, name);
  mkdirSync(path);
  writeFileSync(join(path, 'config.json'), JSON.stringify(variant.config));
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) {
    copyFileSync(join(goldenModelFolder, 'gpt2', file), join(path, file));
  }
  writeFileSync(join(path, 'model.safetensors'), safetensorsOf(variant));
  return path;
}

function vocabularyOf(config: Variant['config']): number {
  const text = (config['text_config'] ?? config) as Variant['config'];
  return text['vocab_size'] as number;
}

function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** u32 [count]: MurmurHash3’s finaliser over FNV-1a of the name + index times the golden ratio; `weights.py` has the same. */
export function hashes(name: string, count: number): Uint32Array {
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 0x01000193);
  return Uint32Array.from({ length: count }, (_, i) => {
    let hash = (seed + Math.imul(i, 0x9e3779b9)) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  });
}

/** Near-normal values: offset + scale · (a sum of four bytes, standardised). */
function weightsOf(name: string, count: number, scale: number, offset: number): Float32Array {
  return Float32Array.from(hashes(name, count), (hash) => {
    const total = (hash & 255) + ((hash >>> 8) & 255) + ((hash >>> 16) & 255) + (hash >>> 24);
    return offset + scale * ((total - 510) / 148);
  });
}

/** The high halves of float32 numbers, which bfloat16 is. */
function highHalves(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.buffer);
  return Uint16Array.from(values, (_, i) => halves[2 * i + 1]!);
}

/** A tensor of a variant, float32 also where it is stored narrower. */
export interface VariantTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** All tensors of a variant under their Hugging Face names. */
export function tensorsOf({ tensors, layers }: Variant): VariantTensor[] {
  return Object.entries(tensors).flatMap(([pattern, [shape, scale, offset]]) => {
    const count = shape.reduce((product, dim) => product * dim, 1);
    const names = pattern.includes('*')
      ? Array.from({ length: layers }, (_, i) => pattern.replace('*', String(i)))
      : [pattern];
    return names.map((name) => ({ name, shape, values: weightsOf(name, count, scale, offset) }));
  });
}

function safetensorsOf(variant: Variant): Buffer {
  const { dtype } = variant;
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { name, shape, values: wide } of tensorsOf(variant)) {
    const values = dtype === 'BF16' ? highHalves(wide) : wide;
    header[name] = { dtype, shape, data_offsets: [at, at + values.byteLength] };
    parts.push(new Uint8Array(values.buffer));
    at += values.byteLength;
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

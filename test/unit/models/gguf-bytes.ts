import { writeFileSync } from 'node:fs';

/** A metadata value to be written: integers as u32, fractions as f32, lists by their first item. */
export type MetadataValue = number | boolean | string | readonly number[] | readonly string[];

/** A tensor record to be written; `type` is a ggml type id. */
export interface TensorRecord {
  readonly name: string;
  readonly type: number;
  /** C order. */
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** What a test says about a file; counts and offsets can be made to lie. */
export interface GgufSpec {
  readonly metadata?: Readonly<Record<string, MetadataValue>>;
  readonly tensors?: readonly TensorRecord[];
  readonly version?: number;
  readonly tensorCount?: bigint;
  readonly metadataCount?: bigint;
  /** Added to every tensor's offset. */
  readonly shift?: number;
}

const ALIGNMENT = 32;

/** Bytes of a GGUF file written by hand, for files that no library would write. */
export function ggufBytes(spec: GgufSpec): Buffer {
  const metadata = Object.entries(spec.metadata ?? {});
  const tensors = spec.tensors ?? [];
  const parts: Buffer[] = [
    Buffer.from('GGUF'),
    u32(spec.version ?? 3),
    u64(spec.tensorCount ?? BigInt(tensors.length)),
    u64(spec.metadataCount ?? BigInt(metadata.length)),
  ];
  for (const [key, value] of metadata) parts.push(text(key), ...typed(value));
  let offset = spec.shift ?? 0;
  const blobs: Buffer[] = [];
  for (const { name, type, shape, data } of tensors) {
    const dimensions = [...shape].reverse().map((length) => u64(BigInt(length)));
    parts.push(text(name), u32(shape.length), ...dimensions, u32(type), u64(BigInt(offset)));
    const padded = Buffer.alloc(Math.ceil(data.length / ALIGNMENT) * ALIGNMENT);
    padded.set(data);
    blobs.push(padded);
    offset += padded.length;
  }
  const header = Buffer.concat(parts);
  const padding = Buffer.alloc((ALIGNMENT - (header.length % ALIGNMENT)) % ALIGNMENT);
  return Buffer.concat([header, padding, ...blobs]);
}

export function writeGguf(path: string, spec: GgufSpec): string {
  writeFileSync(path, ggufBytes(spec));
  return path;
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function u64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(value);
  return buffer;
}

function f32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeFloatLE(value);
  return buffer;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(BigInt(bytes.length)), bytes]);
}

function typed(value: MetadataValue): Buffer[] {
  if (typeof value === 'boolean') return [u32(7), Buffer.from([Number(value)])];
  if (typeof value === 'string') return [u32(8), text(value)];
  if (typeof value === 'number') return Number.isInteger(value) ? [u32(4), u32(value)] : [u32(6), f32(value)];
  const strings = typeof value[0] === 'string';
  const items = value.map((item) => (typeof item === 'string' ? text(item) : f32(item)));
  return [u32(9), u32(strings ? 8 : 6), u64(BigInt(value.length)), ...items];
}

/** Metadata and tensors of the smallest llama that is complete: width 4, 1 block, 2 heads, inner 8, 3 tokens. */
export function smallLlama(changes: Readonly<Record<string, MetadataValue>> = {}): {
  metadata: Record<string, MetadataValue>;
  tensors: TensorRecord[];
} {
  const f32Tensor = (name: string, ...shape: number[]): TensorRecord => {
    const length = shape.reduce((product, n) => product * n, 1);
    const values = Float32Array.from({ length }, (_, i) => i + 1);
    return { name, type: 0, shape, data: new Uint8Array(values.buffer) };
  };
  return {
    metadata: {
      'general.architecture': 'llama',
      'llama.embedding_length': 4,
      'llama.block_count': 1,
      'llama.feed_forward_length': 8,
      'llama.attention.head_count': 1,
      'llama.context_length': 16,
      'llama.attention.layer_norm_rms_epsilon': 0.5,
      'tokenizer.ggml.model': 'llama',
      'tokenizer.ggml.tokens': ['<unk>', '<s>', '▁a'],
      'tokenizer.ggml.scores': [0.5, 0.5, -1.5],
      'tokenizer.ggml.bos_token_id': 1,
      ...changes,
    },
    tensors: [
      f32Tensor('token_embd.weight', 3, 4),
      f32Tensor('output_norm.weight', 4),
      f32Tensor('blk.0.attn_norm.weight', 4),
      f32Tensor('blk.0.ffn_norm.weight', 4),
      f32Tensor('blk.0.attn_q.weight', 4, 4),
      f32Tensor('blk.0.attn_k.weight', 4, 4),
      f32Tensor('blk.0.attn_v.weight', 4, 4),
      f32Tensor('blk.0.attn_output.weight', 4, 4),
      f32Tensor('blk.0.ffn_gate.weight', 8, 4),
      f32Tensor('blk.0.ffn_up.weight', 8, 4),
      f32Tensor('blk.0.ffn_down.weight', 4, 8),
    ],
  };
}

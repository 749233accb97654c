import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openGguf } from '../../../src/models/gguf';
import { openTransformer } from '../../../src/models/open';
import { readVariant } from './family-model';
import { writeGguf } from './gguf-bytes';
import { alphabetIds, cases, metadataOf, recordsOf } from './gguf-variants';
import type { Case, Metadata } from './gguf-variants';
import { openOptions, resultOf, temporaryFolder } from './support';

const signal = new AbortController().signal;
const folder = temporaryFolder();
/** The goldens of the safetensors families, float32 on both sides; gains of Gemma lose what 1 + weight rounds away. */
const ACTIVATIONS = 1e-5;
const NATS = 3e-4;

function write(it: Case, changes: Metadata = {}): string {
  const variant = readVariant(it.variant);
  const path = join(folder, `${it.variant}-${Math.random()}.gguf`);
  return writeGguf(path, { metadata: { ...metadataOf(it, variant), ...changes }, tensors: recordsOf(it, variant) });
}

/** The largest of max |a − b| / max |b| over the expected rows of `width`. */
function largestRelative(actual: Float32Array, expected: Float32Array, width: number): number {
  let largest = 0;
  for (let row = 0; row < expected.length; row += width) {
    const rows = expected.subarray(row, row + width);
    const difference = Math.max(...rows.map((value, i) => Math.abs(actual[row + i]! - value)));
    largest = Math.max(largest, difference / Math.max(...rows.map(Math.abs)));
  }
  return largest;
}

describe.each(cases.map((it) => [it.architecture, it.variant, it] as const))('%s: a GGUF of %s', (_, __, it) => {
  test('gives the activations and scores of the Hugging Face model', async () => {
    const variant = readVariant(it.variant);
    const model = await openTransformer(write(it), openOptions({ cacheFolder: join(folder, 'cache') }));
    const layers = Array.from({ length: variant.layers + 1 }, (___, i) => i - 1);
    const { sequences } = variant;
    const last = await resultOf(model.activations(sequences, { pooling: 'last', layers, signal }));
    const scores = await resultOf(model.score(sequences, { signal }));
    const encoded = model.tokenizer.encode('to be');
    await model.dispose();
    expect(largestRelative(last, variant.last, variant.width)).toBeLessThan(ACTIVATIONS);
    expect(Math.max(...variant.score.map((score, i) => Math.abs(scores[i]! - score)))).toBeLessThan(NATS);
    // BOS is 2 and byte b is piece b + 4; a blank is ▁, three bytes of UTF-8.
    const bytes = Array.from(Buffer.from('to▁be'), (byte) => byte + 4);
    expect([...encoded]).toEqual(it.pieces === true ? [2, ...bytes] : alphabetIds('toĠbe'));
  });
});

test('gains of Gemma that are stored in 16 bits become float32 before the one is taken off', async () => {
  const it = cases.find(({ architecture }) => architecture === 'gemma')!;
  const variant = readVariant(it.variant);
  // 1 + 2⁻⁷ and −0.5.
  const stored = Uint16Array.from({ length: variant.width }, (_, i) => (i % 2 === 0 ? 0x3f81 : 0xbf00));
  const tensors = recordsOf(it, variant).map((record) =>
    record.name === 'output_norm.weight' ? { ...record, type: 30, data: new Uint8Array(stored.buffer) } : record,
  );
  const path = writeGguf(join(folder, 'gemma-bf16.gguf'), { metadata: metadataOf(it, variant), tensors });
  const { tensors: made } = await openGguf(path, { cacheFolder: join(folder, 'cache') });
  const entry = made.get('model.norm.weight')!;
  const bytes = readFileSync(entry.file).subarray(entry.offset, entry.offset + entry.bytes);
  expect(entry.dtype).toBe('F32');
  expect(Array.from(stored, (_, i) => bytes.readFloatLE(4 * i))).toEqual(
    Array.from(stored, (_, i) => (i % 2 === 0 ? 1 / 128 : -1.5)),
  );
});

describe('what a file does not say, or says otherwise, is refused by name', () => {
  const byName = (architecture: string): Case => cases.find((it) => it.architecture === architecture)!;
  test.each([
    ['qwen2', { 'qwen2.attention.sliding_window': 8 }, /qwen2\.attention\.sliding_window = 8/],
    ['qwen2', { 'qwen2.rope.dimension_count': 2 }, /qwen2\.rope\.dimension_count = 2 of 4/],
    ['qwen3', { 'qwen3.rope.scaling.type': 'longrope' }, /qwen3\.rope\.scaling\.type = longrope/],
    ['gemma', { 'gemma.final_logit_softcapping': 3 }, /gemma\.final_logit_softcapping = 3/],
    [
      'gemma3',
      { 'gemma3.attention.sliding_window_pattern': 2 },
      /the setting gemma3\.attention\.sliding_window_pattern/,
    ],
    ['gemma2', { 'gemma2.rope.dimension_count': 4 }, /gemma2\.rope\.dimension_count = 4 of 8/],
    ['phi3', { 'phi3.expert_count': 8 }, /phi3\.expert_count = 8/],
    ['gptneox', { 'gptneox.attention.head_count_kv': 1 }, /gptneox\.attention\.head_count_kv = 1/],
    ['falcon', { 'falcon.attention.head_count_kv': 4 }, /a falcon of 4 keys with one norm per block/],
    ['falcon', { 'falcon.rope.dimension_count': 2 }, /falcon\.rope\.dimension_count = 2 of 4/],
    ['mpt', { 'mpt.attention.max_alibi_bias': 0 }, /mpt\.attention\.max_alibi_bias = 0/],
    ['mpt', { 'general.architecture': 'bloom' }, /is a bloom model.*llama, qwen2, .*, mpt/],
  ] as const)('%s with %j', async (architecture, changes, message) => {
    const opening = openTransformer(write(byName(architecture), changes as Metadata), openOptions());
    await expect(opening).rejects.toThrow(message);
  });
});

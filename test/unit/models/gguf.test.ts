import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelConfig } from '../../../src/models/architectures/config';
import { inverseFrequencies } from '../../../src/models/architectures/rope';
import type { Checkpoint, TensorEntry } from '../../../src/models/checkpoint';
import { ggufCacheMade, ggufFacts, openGguf } from '../../../src/models/gguf';
import { readSafetensors } from '../../../src/models/safetensors';
import { createTokenizer } from '../../../src/models/tokenizer';
import { Cancelled, UserError } from '../../../src/shared/errors';
import type { Progress } from '../../../src/shared/progress';
import { smallLlama, writeGguf, type MetadataValue, type TensorRecord } from './gguf-bytes';
import { caseNamed, texts } from './tokenizer-cases';

const golden = (name: string): string => fileURLToPath(new URL(`../../golden/gguf/${name}`, import.meta.url));

let cacheFolder: string;
beforeEach(() => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'brainlens-cache-'));
});
afterEach(() => rmSync(cacheFolder, { recursive: true }));

/** Bytes of one tensor, as the graph will read them. */
function bytesOf(entry: TensorEntry): Buffer {
  return readFileSync(entry.file).subarray(entry.offset, entry.offset + entry.bytes);
}

function copies(): string[] {
  return existsSync(join(cacheFolder, 'gguf')) ? readdirSync(join(cacheFolder, 'gguf')) : [];
}

describe.each(['llama', 'gpt2'])('a %s GGUF opens as the Hugging Face checkpoint it was made from', (family) => {
  it('with every tensor equal in name, type, shape and bits', async () => {
    const checkpoint = await openGguf(golden(`${family}.gguf`), { cacheFolder });
    const { tensors } = await readSafetensors(golden(`${family}.safetensors`));
    expect([...checkpoint.tensors.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
    for (const expected of tensors) {
      const tensor = checkpoint.tensors.get(expected.name)!;
      expect([tensor.name, tensor.dtype, tensor.shape]).toEqual([expected.name, expected.dtype, expected.shape]);
      expect(bytesOf(tensor).equals(bytesOf(expected)), expected.name).toBe(true);
      expect(tensor.offset % (tensor.dtype === 'F32' ? 4 : 2)).toBe(0);
    }
  });

  it('with its config', async () => {
    const { config, path, files } = await openGguf(golden(`${family}.gguf`), { cacheFolder });
    expect(config).toEqual(JSON.parse(readFileSync(golden(`${family}.config.json`), 'utf8')));
    expect(path).toBe(golden(`${family}.gguf`));
    expect(files).toEqual([path]);
  });

  it('with its tokenizer', async () => {
    const { tokenizer } = await openGguf(golden(`${family}.gguf`), { cacheFolder });
    const entry = caseNamed(family === 'llama' ? 'Llama 2' : 'GPT-2');
    const rebuilt = createTokenizer(tokenizer);
    texts.forEach((text, i) => expect([text, ...rebuilt.encode(text)]).toEqual([text, ...entry.ids[i]!]));
  });

  it('whose size and facts can be told from the header alone', async () => {
    const facts = await ggufFacts(golden(`${family}.gguf`));
    const { tensors } = await readSafetensors(golden(`${family}.safetensors`));
    expect(facts.cacheBytes).toBe(tensors.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(facts.parameters).toBe(tensors.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0));
    expect(Object.fromEntries(facts.shapes)).toEqual(
      Object.fromEntries(tensors.map(({ name, shape }) => [name, shape])),
    );
    expect(facts.dtype).toBe(family === 'llama' ? 'Q8_0' : 'F16');
    expect(copies()).toEqual([]);
  });
});

describe('the dequantised copy', () => {
  const source = golden('gpt2.gguf');

  it('is made once and found again by content, wherever the file lies', async () => {
    expect(await ggufCacheMade(source, cacheFolder)).toBe(false);
    const first = await openGguf(source, { cacheFolder });
    expect(await ggufCacheMade(source, cacheFolder)).toBe(true);
    const moved = join(cacheFolder, 'moved.gguf');
    cpSync(source, moved);
    const progress: Progress[] = [];
    const second = await openGguf(moved, { cacheFolder, onProgress: (step) => progress.push(step) });
    expect(progress).toEqual([]);
    expect(second.tensors).toEqual(first.tensors);
    expect(second.dtype).toBe(first.dtype);
    expect(copies()).toHaveLength(1);
  });

  it('reports megabytes as it is written', async () => {
    const progress: Progress[] = [];
    await openGguf(source, { cacheFolder, onProgress: (step) => progress.push(step) });
    expect(progress.at(-1)).toMatchObject({ phase: 'Dequantising', unit: 'MB' });
    expect(progress.at(-1)!.done).toBe(progress.at(-1)!.total);
  });

  it('is complete for both when two are made at once', async () => {
    const opened = await Promise.all([1, 2, 3].map(() => openGguf(source, { cacheFolder })));
    for (const checkpoint of opened) expect(checkpoint.tensors.size).toBe(28);
    expect(copies()).toHaveLength(1);
  });

  it('leaves nothing behind when cancelled', async () => {
    const controller = new AbortController();
    const opening = openGguf(source, { cacheFolder, signal: controller.signal, onProgress: () => controller.abort() });
    await expect(opening).rejects.toThrow(Cancelled);
    expect(copies()).toEqual([]);
    expect(await ggufCacheMade(source, cacheFolder)).toBe(false);
  });

  it('is made anew when it was damaged', async () => {
    const { tensors } = await openGguf(source, { cacheFolder });
    const file = tensors.get('transformer.wte.weight')!.file;
    truncateSync(file, 1000);
    const again = await openGguf(source, { cacheFolder });
    expect(bytesOf(again.tensors.get('transformer.wte.weight')!).length).toBe(
      again.tensors.get('transformer.wte.weight')!.bytes,
    );
  });

  it('of a killed process is cleared away, that of a running one is not', async () => {
    await mkdir(join(cacheFolder, 'gguf'), { recursive: true });
    const dead = join(cacheFolder, 'gguf', `abc-v1.${hostname()}.4194304999.00ff.tmp`);
    const alive = join(cacheFolder, 'gguf', `abc-v1.${hostname()}.${process.pid}.00ff.tmp`);
    const elsewhere = join(cacheFolder, 'gguf', 'abc-v1.another.host.4194304999.00ff.tmp');
    for (const path of [dead, alive, elsewhere]) await mkdir(path);
    await openGguf(source, { cacheFolder });
    expect([dead, alive, elsewhere].map((path) => existsSync(path))).toEqual([false, true, true]);
  });

  it('in a folder that cannot be made is a clear error', async () => {
    await writeFile(join(cacheFolder, 'gguf'), 'a file in the way');
    await expect(openGguf(source, { cacheFolder })).rejects.toThrow(/gguf cannot be written.*another cache folder/);
    expect(readFileSync(join(cacheFolder, 'gguf'), 'utf8')).toBe('a file in the way');
  });
});

describe('settings that would change numbers', () => {
  async function opened(
    changes: Readonly<Record<string, MetadataValue>>,
    extra: readonly TensorRecord[] = [],
  ): Promise<Checkpoint> {
    const { metadata, tensors } = smallLlama(changes);
    const path = writeGguf(join(cacheFolder, 'model.gguf'), { metadata, tensors: [...tensors, ...extra] });
    return openGguf(path, { cacheFolder });
  }
  const factors = (...values: number[]): TensorRecord => ({
    name: 'rope_freqs.weight',
    type: 0,
    shape: [values.length],
    data: new Uint8Array(Float32Array.from(values).buffer),
  });

  it.each([
    ['another architecture', { 'general.architecture': 'mamba' }, /is a mamba model.*Supported.*llama, .*gpt2/],
    ['one part of a split model', { 'split.count': 3 }, /one of 3 parts.*--merge/],
    ['experts', { 'llama.expert_count': 8 }, /llama\.expert_count = 8, which is not supported/],
    ['YaRN', { 'llama.rope.scaling.type': 'yarn' }, /llama\.rope\.scaling\.type = yarn/],
    ['a logit scale', { 'llama.logit_scale': 0.5 }, /llama\.logit_scale = 0\.5/],
    ['a sliding window', { 'llama.attention.sliding_window': 4096 }, /sliding_window = 4096/],
    ['partial rotation', { 'llama.rope.dimension_count': 2 }, /rope\.dimension_count = 2 of 4/],
    ['values narrower than keys', { 'llama.attention.value_length': 2 }, /value_length = 2/],
    ['a setting that nobody knows yet', { 'llama.novelty': 1 }, /the setting llama\.novelty/],
    ['heads that differ between blocks', { 'llama.attention.head_count': [1, 2] }, /differs between blocks/],
    ['another tokenizer', { 'tokenizer.ggml.model': 'rwkv' }, /tokenizer of kind rwkv.*gpt2.*llama/],
    ['collapsed blanks', { 'tokenizer.ggml.remove_extra_whitespaces': true }, /remove_extra_whitespaces/],
    [
      'a width that the tensors contradict',
      { 'llama.feed_forward_length': 9 },
      /ffn_gate\.weight is 8 × 4, but.*9 × 4/,
    ],
    ['text for a number', { 'llama.block_count': 'one' }, /llama\.block_count is not a number/],
    ['fewer scores than tokens', { 'tokenizer.ggml.scores': [1.5] }, /has 1 values for 3 tokens/],
    [
      'more tokens than are embedded',
      { 'tokenizer.ggml.tokens': ['<unk>', '<s>', 'a', 'b'], 'tokenizer.ggml.scores': [0.5, 0.5, 0.5, 0.5] },
      /has 4 tokens, but embeds only 3/,
    ],
    ['a BOS outside the vocabulary', { 'tokenizer.ggml.bos_token_id': 9 }, /bos_token_id is 9, but there are 3/],
  ])('are refused by name: %s', async (_what, changes, message) => {
    const opening = opened(changes as Record<string, MetadataValue>);
    await expect(opening).rejects.toThrow(UserError);
    await expect(opening).rejects.toThrow(message);
    expect(copies()).toEqual([]);
  });

  it('are refused when a tensor has no place in the architecture', async () => {
    const norm = { ...factors(1, 1, 1, 1), name: 'blk.0.attn_q_norm.weight' };
    await expect(opened({}, [norm])).rejects.toThrow(/attn_q_norm\.weight has no place in a plain llama/);
  });

  it('are refused when a tensor is missing', async () => {
    const { metadata, tensors } = smallLlama();
    const path = writeGguf(join(cacheFolder, 'model.gguf'), { metadata, tensors: tensors.slice(0, -1) });
    await expect(openGguf(path, { cacheFolder })).rejects.toThrow(/tensor blk\.0\.ffn_down\.weight is missing/);
  });

  it('are honoured: positions divided by a linear factor', async () => {
    const { config } = await opened({ 'llama.rope.scaling.type': 'linear', 'llama.rope.scaling.factor': 2.5 });
    expect(config['rope_scaling']).toMatchObject({ rope_type: 'linear', factor: 2.5 });
  });

  it('are honoured: a factor switched off', async () => {
    const { config } = await opened({ 'llama.rope.scaling.type': 'none', 'llama.rope.scaling.factor': 2.5 });
    expect(config['rope_scaling']).toBeNull();
  });

  it('are honoured: factors per frequency, times the linear one', async () => {
    const { config } = await opened({ 'llama.rope.scaling.factor': 2 }, [factors(1, 8)]);
    expect(config['rope_scaling']).toEqual({ rope_type: 'gguf-factors', factors: [2, 16] });
  });

  it('are honoured: a head of its own instead of the tied one', async () => {
    expect((await opened({})).config['tie_word_embeddings']).toBe(true);
  });

  it('are honoured: no BOS', async () => {
    const withBos = createTokenizer((await opened({})).tokenizer);
    expect(withBos.specialTokens).toBe('BOS <s> added');
    const without = createTokenizer((await opened({ 'tokenizer.ggml.add_bos_token': false })).tokenizer);
    expect(without.specialTokens).toBe('none added');
  });
});

it('a file cut short behind its header is refused before anything is written', async () => {
  const path = join(cacheFolder, 'cut.gguf');
  writeFileSync(path, readFileSync(golden('llama.gguf')).subarray(0, 60_000));
  await expect(openGguf(path, { cacheFolder })).rejects.toThrow(
    /cut\.gguf: tensor .* ends at byte .*truncated or corrupt/,
  );
  expect(copies()).toEqual([]);
});

it("llama 3's frequencies come out of the factors that a GGUF stores for them", () => {
  const rope = JSON.parse(readFileSync(golden('rope.json'), 'utf8')) as {
    readonly theta: number;
    readonly width: number;
    readonly factors: readonly number[];
    readonly frequencies: readonly number[];
  };
  const scaling = { rope_type: 'gguf-factors', factors: rope.factors };
  const config = new ModelConfig({ rope_theta: rope.theta, rope_scaling: scaling }, 'm.gguf');
  const frequencies = inverseFrequencies(config, rope.width);
  expect(new Set(rope.factors).size).toBeGreaterThan(3);
  // The factors were rounded to float32 on both sides: three roundings of 2^-24 each.
  frequencies.forEach((frequency, i) => {
    expect(Math.abs(frequency / rope.frequencies[i]! - 1)).toBeLessThan(4e-7);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readGgufHeader } from '../../../src/models/gguf-header';
import { UserError } from '../../../src/shared/errors';
import { ggufBytes, smallLlama, writeGguf, type GgufSpec, type TensorRecord } from './gguf-bytes';

const folder = mkdtempSync(join(tmpdir(), 'brainlens-gguf-'));
afterAll(() => rmSync(folder, { recursive: true }));

const golden = (name: string): string => fileURLToPath(new URL(`../../golden/gguf/${name}`, import.meta.url));
const path = join(folder, 'model.gguf');

function written(bytes: Uint8Array): string {
  writeFileSync(path, bytes);
  return path;
}

describe('the header of a GGUF file', () => {
  it('gives metadata of every type as Python wrote them', async () => {
    const { metadata } = await readGgufHeader(golden('llama.gguf'));
    const expected = JSON.parse(readFileSync(golden('metadata.json'), 'utf8')) as Record<string, unknown>;
    for (const [name, value] of Object.entries(expected)) {
      expect(plain(metadata.get(`test.${name}`)), name).toEqual(value);
    }
  });

  it('gives shapes in C order and where the bytes lie', async () => {
    const { tensors, size } = await readGgufHeader(golden('llama.gguf'));
    const down = tensors.get('blk.1.ffn_down.weight')!;
    expect(down).toMatchObject({ type: 'Q8_0', shape: [32, 64], elements: 2048, bytes: (2048 / 32) * 34 });
    expect(down.offset + down.bytes).toBeLessThanOrEqual(size);
  });

  it('is the same in version 2', async () => {
    const header = await readGgufHeader(writeGguf(path, { ...smallLlama(), version: 2 }));
    expect(header.version).toBe(2);
    expect(header.tensors.size).toBe(11);
  });

  it('is read through a small window however long a string is', async () => {
    const long = 'x'.repeat(3_000_000);
    const header = await readGgufHeader(writeGguf(path, { metadata: { long, after: 7 } }));
    expect(header.metadata.get('long')).toBe(long);
    expect(header.metadata.get('after')).toBe(7);
  });
});

describe('a bad GGUF file is refused in one line that names it', () => {
  const tensor = (changes: Partial<TensorRecord> = {}): TensorRecord => ({
    name: 'w',
    type: 0,
    shape: [2, 4],
    data: new Uint8Array(32),
    ...changes,
  });
  const specs: readonly [string, GgufSpec, RegExp][] = [
    ['of version 1', { version: 1 }, /GGUF version 1; versions 2 and 3 are read/],
    ['of another byte order', { version: 0x03000000 }, /big-endian/],
    [
      'with more tensors than it can hold',
      { tensorCount: 1n << 60n },
      /tensor count is 1152921504606847000, more than/,
    ],
    ['with more metadata than it can hold', { metadataCount: 5_000_000n }, /metadata count is 5000000, more than/],
    ['with a tensor of an unsupported type', { tensors: [tensor({ type: 10 })] }, /w is stored as Q2_K.*Q4_1.*Q6_K/],
    ['with a tensor of an unknown type', { tensors: [tensor({ type: 99 })] }, /stored as type 99/],
    ['with the same tensor twice', { tensors: [tensor(), tensor()] }, /tensor w occurs twice/],
    ['with half blocks', { tensors: [tensor({ type: 2, shape: [3, 16] })] }, /not whole Q4_0 blocks of 32/],
    ['with an empty tensor', { tensors: [tensor({ shape: [0, 4] })] }, /impossible shape 0 × 4/],
    ['with an immense tensor', { tensors: [tensor({ shape: [2 ** 40, 2 ** 40] })] }, /impossible shape/],
    ['with five dimensions', { tensors: [tensor({ shape: [1, 1, 1, 1, 4] })] }, /has 5 dimensions/],
    ['with a tensor out of bounds', { tensors: [tensor()], shift: 1 << 20 }, /w ends at byte \d+, but the file has/],
    ['with a tensor off its alignment', { tensors: [tensor()], shift: 8 }, /not aligned to 32 bytes/],
    ['with an odd alignment', { metadata: { 'general.alignment': 0 } }, /general\.alignment is 0/],
  ];
  it.each(specs)('%s', async (_what, spec, message) => {
    const reading = readGgufHeader(writeGguf(path, spec));
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow(path);
  });

  it('that is not GGUF at all', async () => {
    await expect(readGgufHeader(written(Buffer.alloc(100)))).rejects.toThrow(/is not a GGUF file/);
    await expect(readGgufHeader(written(Buffer.alloc(0)))).rejects.toThrow(/is not a GGUF file/);
  });

  it('that ends anywhere within its header', async () => {
    const bytes = ggufBytes(smallLlama());
    for (let length = 24; length < 900; length += 7) {
      await expect(readGgufHeader(written(bytes.subarray(0, length)))).rejects.toThrow(UserError);
    }
  });

  it('that is absent or a folder', async () => {
    await expect(readGgufHeader(join(folder, 'none.gguf'))).rejects.toThrow(/none\.gguf does not exist/);
    await expect(readGgufHeader(folder)).rejects.toThrow(/is not a file/);
  });
});

function plain(value: unknown): unknown {
  if (value instanceof Float64Array) return [...value];
  return Array.isArray(value) ? value.map(plain) : value;
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../../src/models/safetensors';
import { temporaryFolder } from './support';

const folder = temporaryFolder();
let files = 0;

/** A safetensors file of this header and this many data bytes. */
function write(header: unknown, dataBytes: number, changes: { length?: bigint; cut?: number } = {}): string {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(changes.length ?? BigInt(json.length));
  const bytes = Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
  files += 1;
  const file = join(folder, `${files}.safetensors`);
  writeFileSync(file, bytes.subarray(0, changes.cut ?? bytes.length));
  return file;
}

const tensor = (dtype: string, shape: number[], from: number, to: number) => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

async function problem(file: string): Promise<string> {
  return readSafetensors(file).then(
    () => 'accepted',
    (error: Error) => error.message,
  );
}

test('tensors are found where the header says, others by their type', async () => {
  const header = {
    __metadata__: { format: 'pt' },
    a: tensor('F32', [2, 3], 0, 24),
    b: tensor('I64', [1], 24, 32),
    c: tensor('BF16', [], 32, 34),
  };
  const file = write(header, 34);
  const { tensors, others } = await readSafetensors(file);
  const start = 8 + Buffer.byteLength(JSON.stringify(header));
  expect(tensors).toEqual([
    { name: 'a', dtype: 'F32', shape: [2, 3], file, offset: start, bytes: 24 },
    { name: 'c', dtype: 'BF16', shape: [], file, offset: start + 32, bytes: 2 },
  ]);
  expect([...others]).toEqual([['b', 'I64']]);
});

test.each([
  ['a file shorter than its length field', write({}, 0, { cut: 5 }), /is truncated: it has only 5 bytes\. Download/],
  [
    'a header length beyond the file',
    write({}, 0, { length: 5000n }),
    /its header length \(5000 bytes\) is larger than the file \(10 bytes\)/,
  ],
  ['a header length no header has', write({}, 0, { length: 2n ** 60n }), /is not a safetensors file/],
  ['a header that is not JSON', write('{"a": ', 0), /its header is not a JSON object/],
  ['a header that is a list', write('[]', 0), /its header is not a JSON object/],
  [
    'a tensor behind the end',
    write({ a: tensor('F32', [4], 0, 16) }, 12),
    /is truncated: tensor a ends 4 B behind the end/,
  ],
  [
    'a tensor of another size than its shape',
    write({ a: tensor('F32', [4], 0, 12) }, 16),
    /tensor a has 12 bytes, but shape \[4\] in F32 takes 16/,
  ],
  [
    'overlapping tensors',
    write({ a: tensor('F32', [2], 0, 8), b: tensor('F32', [2], 4, 12) }, 12),
    /tensors a and b overlap/,
  ],
  ['a negative dimension', write({ a: tensor('F32', [-1], 0, 4) }, 4), /tensor a has no valid shape/],
  ['ends before starts', write({ a: tensor('F32', [1], 8, 4) }, 8), /tensor a has no valid data_offsets/],
  ['an unknown type', write({ a: tensor('Q9', [1], 0, 4) }, 4), /unknown dtype Q9/],
  ['a tensor that is null', write({ a: null }, 4), /tensor a has no dtype/],
])('refuses %s, naming the file', async (_, file, message) => {
  const found = await problem(file);
  expect(found).toMatch(message);
  expect(found).toContain(file);
});

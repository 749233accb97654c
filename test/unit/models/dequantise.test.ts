import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BLOCK_LAYOUTS, dequantise, type GgufType } from '../../../src/models/dequantise';

const golden = JSON.parse(
  readFileSync(new URL('../../golden/gguf/dequantise.json', import.meta.url), 'utf8'),
) as Record<GgufType, { raw: string; values: string }>;

function decoded(base64: string): Uint8Array {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

describe('dequantised blocks are those of the gguf package', () => {
  // Bit for bit, signs of zero included: a scale has 11 significant bits and its product with a block's integers at
  // most 24, so no float32 product rounds, and the one sum of two products is rounded once on both sides.
  it.each(Object.keys(BLOCK_LAYOUTS) as GgufType[])('%s', (type) => {
    const expected = decoded(golden[type].values);
    const values = new Float32Array(expected.byteLength / 4);
    dequantise(type, decoded(golden[type].raw), values);
    expect(values.length).toBeGreaterThanOrEqual(512);
    expect(Buffer.from(values.buffer).equals(expected)).toBe(true);
  });

  it('into any part of a larger array', () => {
    const expected = new Float32Array(decoded(golden.Q4_1.values).buffer);
    const values = new Float32Array(expected.length + 3);
    dequantise('Q4_1', decoded(golden.Q4_1.raw), values.subarray(3));
    expect([...values.subarray(3)]).toEqual([...expected]);
    expect([...values.subarray(0, 3)]).toEqual([0, 0, 0]);
  });

  it('and a wrong number of bytes is a mistake of ours', () => {
    expect(() => dequantise('Q8_0', new Uint8Array(33), new Float32Array(32))).toThrow(RangeError);
  });
});

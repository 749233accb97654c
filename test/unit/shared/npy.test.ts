import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy } from '../../../src/shared/npy';

const golden = (name: string): Uint8Array => readFileSync(join(__dirname, '../../golden/stimuli', `${name}.npy`));

describe('the .npy codec', () => {
  it.each(['f64', 'f32', 'i32', 'u8', 'scalar', 'empty', 'wide'])(
    'writes %s byte for byte as numpy.save does',
    (name) => {
      const bytes = golden(name);
      expect(Buffer.from(encodeNpy(decodeNpy(bytes, name))).equals(Buffer.from(bytes))).toBe(true);
    },
  );

  it('reads float64 with its infinities, NaN, subnormals and signed zero', () => {
    const { data, shape } = decodeNpy(golden('f64'), 'f64');
    expect(shape).toEqual([2, 3]);
    expect(data).toEqual(new Float64Array([0.1, -Infinity, NaN, 1e300, 5e-324, -0]));
  });

  it('reads int32 to its ends', () => {
    expect(decodeNpy(golden('i32'), 'i32').data).toEqual(new Int32Array([-(2 ** 31), -1, 0, 2 ** 31 - 1]));
  });

  it('reads bool as u8', () => {
    expect(decodeNpy(golden('bool'), 'bool').data).toEqual(new Uint8Array([1, 0, 1]));
  });

  it('puts Fortran order into C order', () => {
    const { data, shape } = decodeNpy(golden('fortran'), 'fortran');
    expect(shape).toEqual([2, 3, 4]);
    expect(Array.from(data)).toEqual(Array.from({ length: 24 }, (_, i) => i));
  });

  it('reads from any byte offset of a larger buffer', () => {
    const bytes = golden('f64');
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeNpy(shifted.subarray(3), 'f64').data).toEqual(decodeNpy(bytes, 'f64').data);
  });

  it.each([
    [
      'complex',
      new Uint8Array(readFileSync(join(__dirname, '../../golden/formats/complex.npy'))),
      /stores numbers as <c16.*float32/,
    ],
    ['records', golden('records'), /named fields/],
    ['a truncated file', golden('f64').subarray(0, 150), /150 bytes where.*asks for 176/],
    ['a cut header', golden('f64').subarray(0, 9), /damaged/],
    ['text', new TextEncoder().encode('a,b\n1,2\n'), /not a NumPy .npy file/],
  ])('refuses %s with its name and a remedy', (_, bytes, message) => {
    expect(() => decodeNpy(bytes, 'mask.npy')).toThrow(message);
    expect(() => decodeNpy(bytes, 'mask.npy')).toThrow(/^mask\.npy /);
  });

  it('refuses a shape that the data do not fill', () => {
    expect(() => encodeNpy({ data: new Float32Array(5), shape: [2, 3] })).toThrow(RangeError);
  });
});

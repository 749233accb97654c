import { describe, expect, it } from 'vitest';
import { formatJson, jsonable } from '../../../src/shared/json';

describe('numbers that JSON cannot hold', () => {
  it('become null beside a reason', () => {
    expect(jsonable({ k: NaN, t: Infinity, s: -Infinity, n: 3 })).toEqual({
      k: null,
      kReason: 'undefined (NaN)',
      t: null,
      tReason: 'positive infinity',
      s: null,
      sReason: 'negative infinity',
      n: 3,
    });
  });

  it('in an array leave the others in place, and the reason stands on the array’s own key', () => {
    expect(jsonable({ sd: new Float64Array([1, NaN, Infinity]) })).toEqual({
      sd: [1, null, null],
      sdReason: '2 of 3 values are not finite; the first, at index 1, is undefined (NaN)',
    });
  });

  it('in objects of an array explain themselves there', () => {
    expect(jsonable({ layers: [{ r: NaN }, { r: 1 }] })).toEqual({
      layers: [{ r: null, rReason: 'undefined (NaN)' }, { r: 1 }],
    });
  });

  it('in rows of rows are counted over all of them', () => {
    expect(jsonable({ rows: [[1, 2], [NaN]] })).toEqual({
      rows: [[1, 2], [null]],
      rowsReason: '1 of 3 values are not finite; the first, at index 2, is undefined (NaN)',
    });
  });

  it('keep a reason that the analysis gave', () => {
    expect(jsonable({ d: NaN, dReason: 'only one draw' })).toEqual({ d: null, dReason: 'only one draw' });
  });
});

describe('the text of result.json', () => {
  it('says what JSON.stringify says, with plain arrays on one line and keys in their order', () => {
    const value = { b: 'x"y', a: [1, 2, 3], deep: [{ z: [], y: {} }], none: null, off: undefined };
    const text = formatJson(value);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    expect(text.split('\n')).toContain('  "a": [1, 2, 3],');
    expect(text.indexOf('"b"')).toBeLessThan(text.indexOf('"a"'));
  });
});

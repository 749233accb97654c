import { expect, it } from 'vitest';
import { jsonFault } from '../../../src/data/json-fault';

it.each([
  ['{"a": 1,}', 1, 9],
  ['{', 1, 2],
  ['', 1, 1],
  ['{\n "a": tru}', 2, 7],
  ['{\n\n  "x": [1, 2\n  "y": 3 }', 4, 3],
  ['{"a": 1} x', 1, 10],
  ['{"a": 01}', 1, 8],
  ['version https://git-lfs', 1, 1],
])('%j is no JSON from line %i, column %i', (text, line, column) => {
  expect(() => JSON.parse(text) as unknown).toThrow();
  expect(jsonFault(text)).toEqual({ line, column });
});

it('agrees with JSON.parse on what is JSON, and on where a text that is cut or has a sign too many stops', () => {
  const text = JSON.stringify(
    { a: [1, -2.5e-3, true, null, 'x\n"é\u0001'], b: {}, c: [], d: { e: [[]] } },
    undefined,
    1,
  );
  expect(jsonFault(text)).toBeUndefined();
  for (let at = 0; at < text.length; at++) {
    for (const other of [text.slice(0, at), `${text.slice(0, at)},${text.slice(at)}`]) {
      let valid = true;
      try {
        JSON.parse(other);
      } catch {
        valid = false;
      }
      expect(jsonFault(other) === undefined, other).toBe(valid);
    }
  }
});

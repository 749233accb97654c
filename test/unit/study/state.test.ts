import { describe, expect, it } from 'vitest';
import { stateOf } from '../../../src/study/state';
import type { Made, Now } from '../../../src/study/state';

const expected = { schema: 'brainlens/ablation@1', spec: { model: 'm', fractions: [0.01], items: 5 }, seed: 0 };
const before = { results: { 'r/result.json': 'digest' }, sets: { m: 'set' } };
const inputs = [
  { path: 'm/w.safetensors', sha256: 'aa' },
  { path: 'r/result.json', sha256: 'hash of then' },
];
const made: Made = { ...expected, inputs, before };
// The other result was written again: other bytes, and the same content.
const now: Now = { ...before, hashes: { 'm/w.safetensors': 'aa', 'r/result.json': 'hash of now' } };
const reason = (change: Partial<Made>, today: Partial<Now> = {}) =>
  stateOf(expected, { ...made, ...change }, { ...now, ...today }, undefined);

describe('the state of a run', () => {
  it('is up to date where settings and inputs are those of then, whatever their order and time stamps', () => {
    expect(reason({ spec: { items: 5, fractions: [0.01], model: 'm' } })).toEqual({ kind: 'up-to-date' });
  });

  it('is missing without a result, failed where it failed', () => {
    expect(stateOf(expected, undefined, undefined, undefined)).toEqual({ kind: 'missing' });
    expect(stateOf(expected, made, now, 'out of memory')).toEqual({ kind: 'failed', message: 'out of memory' });
  });

  it.each([
    [{ schema: 'brainlens/ablation@0' }, {}, 'it is brainlens/ablation@0, now brainlens/ablation@1'],
    [{ seed: 3 }, {}, 'seed was 3, now 0'],
    [{ spec: { model: 'm', fractions: [0.02], items: 5 } }, {}, 'fractions was [0.02], now [0.01]'],
    [{ spec: { model: 'm', fractions: [0.01] } }, {}, 'items was nothing, now 5'],
    [{ before: undefined }, {}, 'it was not made by a study'],
    [{}, { hashes: { 'm/w.safetensors': 'ab' } }, 'm/w.safetensors has changed'],
    [{}, { hashes: {} }, 'm/w.safetensors is missing'],
    [{}, { results: { 'r/result.json': 'other' } }, 'r/result.json has changed'],
    [{}, { results: {} }, 'r/result.json is missing'],
    [{}, { sets: { m: 'one file more' } }, 'the files of m have changed'],
    [{}, { sets: {} }, 'm is missing'],
    [{ lacking: ['smol', 'tiny'] }, {}, 'smol, tiny failed in it'],
  ])('is out of date for %j %j', (change, today, why) => {
    expect(reason(change as Partial<Made>, today as Partial<Now>)).toEqual({ kind: 'out-of-date', reason: why });
  });
});

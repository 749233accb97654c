import { describe, expect, it } from 'vitest';
import { inputFiles, keyFacts, origin, settings, warningsOf, words } from '../../../src/shared/facts';
import { result } from './result-file';

describe('facts of a result', () => {
  it('name model and stimuli, then the small numbers, nested ones too', () => {
    expect(keyFacts(result)).toEqual([
      { label: 'Model', value: 'smol.gguf' },
      { label: 'Stimuli', value: 'sentences.csv, lists.csv' },
      { label: 'k', value: '172' },
      { label: 'Reliability dice', value: '0.814' },
    ]);
  });

  it('are at most twelve', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`value${i}`, i]));
    expect(keyFacts({ ...result, result: many })).toHaveLength(12);
  });

  it('keep large counts whole', () => {
    expect(keyFacts({ ...result, spec: {}, result: { units: 1234567 } })).toEqual([
      { label: 'Units', value: '1234567' },
    ]);
  });

  it('leave the warnings to their own place', () => {
    expect(warningsOf(result)).toEqual(['Few stimuli.']);
    expect(warningsOf({ ...result, result: {} })).toEqual([]);
  });

  it('tell settings, origin and inputs', () => {
    expect(settings(result)).toContainEqual({ label: 'Signed', value: 'no' });
    expect(origin(result)).toContainEqual({ label: 'Took', value: '1 min 15 s' });
    expect(origin(result)).toContainEqual({ label: 'Special tokens', value: 'none' });
    expect(inputFiles(result)).toEqual([['a/sentences.csv', 'stimuli', '41.3 kB', 'ab']]);
  });

  it('read camel case as words', () => {
    expect(words('maxTokens')).toBe('Max tokens');
    expect(words('k')).toBe('k');
  });
});

import { describe, expect, it } from 'vitest';
import { inputFiles, keyFacts, origin, settings, warningsOf, words } from '../../../src/shared/facts';
import { result } from './result-file';

describe('facts of a result', () => {
  it('name model and stimuli, then the small numbers, nested ones too', () => {
    expect(keyFacts(result)).toEqual([
      { label: 'Model', value: 'smol.gguf' },
      { label: 'Stimuli', value: 'sentences.csv, lists.csv' },
      { label: 'Units selected', value: '172' },
      { label: 'Split-half Dice', value: '0.814' },
    ]);
  });

  it('are called what they are in their analysis', () => {
    const trained = { ...result, schema: 'brainlens/sae-training@1', spec: {}, result: { k: 32, width: 576 } };
    expect(keyFacts(trained)).toEqual([
      { label: 'Features per token', value: '32' },
      { label: 'Width', value: '576' },
    ]);
  });

  it('are at most fourteen', () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`value${i}`, i]));
    expect(keyFacts({ ...result, result: many })).toHaveLength(14);
  });

  it('keep large counts whole', () => {
    expect(keyFacts({ ...result, spec: {}, result: { units: 1234567 } })).toEqual([
      { label: 'Units in all', value: '1234567' },
    ]);
  });

  it('leave out lists of numbers, forecasts and sentences, and write shares as percentages', () => {
    const fields = { tokens: [26, 11], estimatedSeconds: 178, shareMassive: 'Much.', massiveShare: 0.636, stimuli: 2 };
    expect(keyFacts({ ...result, result: fields }).slice(2)).toEqual([
      { label: 'Deficit owed to massive units', value: '64 %' },
      { label: 'Number of stimuli', value: '2' },
    ]);
  });

  it('name the runtime and write memory in units', () => {
    const facts = origin({ ...result, provenance: { ...result.provenance, memory: 15_165_901_209 } });
    expect(facts).toContainEqual({ label: 'ONNX Runtime', value: '1.30.0' });
    expect(facts).toContainEqual({ label: 'Memory', value: '15.2 GB' });
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

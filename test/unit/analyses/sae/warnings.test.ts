import { expect, test } from 'vitest';
import { fitWarnings } from '../../../../src/analyses/sae/fit';
import { warnOfLeftOut, warnOfSae } from '../../../../src/analyses/sae/warnings';

const warned = (of: (context: { warn(message: string): void }) => void): string[] => {
  const warnings: string[] = [];
  of({ warn: (message) => void warnings.push(message) });
  return warnings;
};

test('an SAE’s own notes, and the name of another model', () => {
  const sae = { path: '/saes/layer-3', notes: ['It is of another scale.'], trainedOn: { model: 'google/gemma-2-2b' } };
  const note = 'layer-3: It is of another scale.';
  expect(warned((context) => warnOfSae(sae, undefined, context))).toEqual([note]);
  expect(warned((context) => warnOfSae(sae, '/models/Gemma-2-2B-it', context))).toEqual([note]);
  expect(warned((context) => warnOfSae(sae, '/models/SmolLM2-135M', context))).toEqual([
    note,
    'layer-3 says that it was trained on google/gemma-2-2b, and the model is SmolLM2-135M: its features mean little on another model.',
  ]);
});

test('nothing is said where nothing is left out', () => {
  const settings = { blockTokens: 256, maxTokens: 1024 };
  const none = { dropped: { tokens: 0, documents: 0 }, cutDocuments: 0 };
  expect(warned((context) => warnOfLeftOut(none, settings, context))).toEqual([]);
  const some = { dropped: { tokens: 1200, documents: 0 }, cutDocuments: 1 };
  expect(warned((context) => warnOfLeftOut(some, settings, context))).toEqual([
    '1,200 tokens behind the last whole block of 256 are left out (--join N puts short documents together).',
    '1 document longer than 1,024 tokens: the rest is left out (--long split reads all of it).',
  ]);
});

test('a first token that makes the fit another is an attention sink', () => {
  const fit = { tokens: 100, l0: 8, meanSquaredError: 1, deadShare: 0 };
  expect(fitWarnings({ ...fit, varianceExplained: 0.9, varianceExplainedWithoutFirst: 0.85 })).toEqual([]);
  expect(fitWarnings({ ...fit, varianceExplained: 0.99, varianceExplainedWithoutFirst: 0.8 })).toEqual([
    expect.stringMatching(/With the first token of every sequence the SAE explains 0\.99 .* without it 0\.80: .* sink/),
  ]);
});

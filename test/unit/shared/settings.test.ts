import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { flagOf, parseSpec } from '../../../src/shared/analysis';
import type { AnalysisSpec } from '../../../src/shared/analysis';
import { checkSchemaKnown } from '../../../src/shared/result';
import type { ResultFile } from '../../../src/shared/result';

const analysis = {
  id: 'localize',
  schema: 'localization',
  version: 2,
  title: '',
  describe: '',
  paths: [],
  spec: z
    .strictObject({
      model: z.string(),
      maxTokens: z.int().min(1).optional(),
      fraction: z.number().max(1).default(0.01),
    })
    .refine((spec) => spec.maxTokens !== 13, { message: '--max-tokens and luck do not go together' }),
} satisfies AnalysisSpec;

describe('the settings of an analysis', () => {
  it('get their defaults', () => {
    expect(parseSpec(analysis, { model: 'm' })).toEqual({ model: 'm', fraction: 0.01 });
  });

  it('are named by their flags when wrong', () => {
    expect(() => parseSpec(analysis, {})).toThrow(/^--model is missing\. See brainlens localize --help\.$/);
    expect(() => parseSpec(analysis, { model: 'm', maxTokens: 0 })).toThrow(/^--max-tokens 0: must be at least 1/);
    expect(() => parseSpec(analysis, { model: 'm', fraction: 2 })).toThrow(/^--fraction 2: must be at most 1/);
    expect(() => parseSpec(analysis, { model: 'm', someThing: 2 })).toThrow(/^--some-thing is not known/);
    expect(() => parseSpec(analysis, { model: 'm', maxTokens: 13 })).toThrow(/^--max-tokens and luck/);
  });

  it('are flags in kebab case', () => {
    expect(['model', 'maxTokens', 'randomSeeds'].map(flagOf)).toEqual(['--model', '--max-tokens', '--random-seeds']);
  });
});

describe('a result of another version', () => {
  const result = (schema: string) => ({ schema }) as ResultFile;

  it('is read when older or the same, refused when newer or of an unknown analysis', () => {
    checkSchemaKnown(result('brainlens/localization@1'), 'r', [analysis]);
    checkSchemaKnown(result('brainlens/localization@2'), 'r', [analysis]);
    expect(() => checkSchemaKnown(result('brainlens/localization@3'), 'r', [analysis])).toThrow(/update Brainlens/);
    expect(() => checkSchemaKnown(result('brainlens/tides@1'), 'r', [analysis])).toThrow(/^r has the schema/);
  });
});

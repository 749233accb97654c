import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ablationSpec } from '../../../src/analyses/ablation/spec';
import { longHint, sizeHint } from '../../../src/cli/long';

describe('a run that will take long', () => {
  it('says what makes it smaller, by flags and keys that there are', () => {
    expect(longHint('ablate', { estimate: 2640 })).toBe(
      'about 44 min: --items, --fractions or --random-seeds (items:, fractions:, randomSeeds: in a study) make it smaller',
    );
    expect(longHint('ablate', { estimate: 36_000 })).toMatch(/^about 10 h: /);
    for (const field of ['items', 'fractions', 'randomSeeds'])
      expect(Object.keys(z.toJSONSchema(ablationSpec.spec).properties!)).toContain(field);
  });

  it('says nothing up to ten minutes, without an estimate, and where nothing makes it smaller', () => {
    expect(longHint('ablate', { estimate: 600 })).toBeUndefined();
    expect(longHint('ablate', {})).toBeUndefined();
    expect(longHint('localize', { estimate: 9999 })).toBeUndefined();
  });

  it('is foretold where tasks and items are the defaults', () => {
    expect(sizeHint('ablate', { model: 'm' })).toMatch(/items: makes it smaller/);
    expect(sizeHint('ablate', { model: 'm', items: 5 })).toBeUndefined();
    expect(sizeHint('ablate', { model: 'm', tasks: ['t.jsonl'] })).toBeUndefined();
    expect(sizeHint('localize', { model: 'm' })).toBeUndefined();
  });
});

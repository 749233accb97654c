import { describe, expect, it } from 'vitest';
import { inWords } from '../../../../src/editor/study/words';

describe('how the runs of an analysis stand, in a lens', () => {
  it('is told with its reason where there is one run', () => {
    expect(inWords([{ kind: 'up-to-date' }])).toEqual(['up to date']);
    expect(inWords([{ kind: 'out-of-date', reason: 'seed was 0, now 1' }])).toEqual(['out of date: seed was 0, now 1']);
    expect(inWords([{ kind: 'failed', message: 'no tokenizer' }])).toEqual(['failed: no tokenizer']);
    expect(inWords([{ kind: 'blocked', message: 'taken' }])).toEqual(['cannot be made: taken']);
  });

  it('is counted where there are several', () => {
    const fresh = { kind: 'up-to-date' } as const;
    expect(inWords([fresh, fresh])).toEqual(['up to date']);
    expect(inWords([fresh, { kind: 'missing' }, fresh, { kind: 'failed', message: 'x' }])).toEqual([
      '2 up to date, 1 not made yet, 1 failed',
    ]);
  });

  it('is not told where it is not known', () => {
    expect(inWords([undefined])).toEqual([]);
  });
});

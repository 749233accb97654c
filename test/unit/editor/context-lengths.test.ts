import { describe, expect, it } from 'vitest';
import { contextSpec } from '../../../src/analyses/context/spec';
import { asWritten, inWords, problemOf, SUGGESTED } from '../../../src/editor/contextLengths';

describe('lengths of context', () => {
  it('the suggested ones are the default of the analysis', () => {
    const { lengths } = contextSpec.spec.parse({ model: 'm', dataset: 'd' });
    expect(SUGGESTED).toBe(lengths);
  });

  it.each(['1, 2, full', '1,5', ' 3 , FULL ', 'full', '20', '1 2', inWords(SUGGESTED)])(
    '%s is read as it is meant',
    (typed) => {
      expect(problemOf(typed)).toBeUndefined();
      expect(contextSpec.spec.safeParse({ model: 'm', dataset: 'd', lengths: asWritten(typed) }).success).toBe(true);
    },
  );

  it.each([
    ['', /must be numbers of tokens/],
    ['0, 5', /must be numbers of tokens/],
    ['5, 2', /must ascend/],
    ['1, 1', /must ascend/],
    ['full, 5', /must ascend/],
    ['ten', /must be numbers of tokens/],
  ])('"%s": %s', (typed, message) => {
    expect(problemOf(typed)).toMatch(message);
  });
});

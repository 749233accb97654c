import { describe, expect, it } from 'vitest';
import { groupsOf } from '../../../../src/editor/results/tree';
import type { Listed } from '../../../../src/editor/results/tree';

const result = (name: string, day: number, over: Partial<Listed> = {}): Listed => ({
  name,
  title: 'Localize Language Units',
  summary: '172 units',
  created: new Date(2026, 0, day),
  models: ['SmolLM2'],
  ...over,
});

describe('results in order for the view', () => {
  const all = [
    result('a', 1),
    result('b', 5, { models: ['gpt2'] }),
    result('c', 3),
    result('d', 2, { study: 'mischler', models: ['gpt2'] }),
    result('e', 4, { models: ['gpt2', 'SmolLM2'], title: 'Compare Models' }),
    result('f', 6, { models: [] }),
  ];
  const shown = (filter = ''): [string, string[]][] =>
    groupsOf(all, filter).map(({ label, results }) => [label, results.map(({ name }) => name)]);

  it('stand by study, then by model, newest first', () => {
    expect(shown()).toEqual([
      ['mischler', ['d']],
      ['Without a model', ['f']],
      ['gpt2', ['b']],
      ['Several models', ['e']],
      ['SmolLM2', ['c', 'a']],
    ]);
  });

  it('are filtered by words that may stand anywhere, in any case', () => {
    expect(shown('GPT2 localize')).toEqual([
      ['mischler', ['d']],
      ['gpt2', ['b']],
    ]);
    expect(shown('nothing of this')).toEqual([]);
  });
});

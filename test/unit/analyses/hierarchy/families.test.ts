import { expect, it } from 'vitest';
import { withFamilies } from '../../../../src/analyses/hierarchy/benchmarks';

const rows = ['a', 'B.gguf', 'c'].map((model) => ({ model, score: 1, family: model }));
const benchmarks = { column: 'score', families: false, rows, files: [] };

it('families that are told win over those of a table, by the name of the model whatever its case and ending', () => {
  const { families, rows: told } = withFamilies(benchmarks, ['b=x=y', 'a=z', 'nobody=w']);
  expect(families).toBe(true);
  expect(told.map(({ family }) => family)).toEqual(['z', 'x=y', 'c']);
});

it('without any, benchmarks stay as they are', () => {
  expect(withFamilies(benchmarks, undefined)).toBe(benchmarks);
});

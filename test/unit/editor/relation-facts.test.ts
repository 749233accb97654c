import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { HEAD, layersOfText, relationFile, spreadLayers } from '../../../src/editor/relationFacts';

describe('files of word pairs', () => {
  it('are told from their first lines', () => {
    const samples = join(__dirname, '../../../samples/relations');
    const files = readdirSync(samples);
    const heads = files.map((name) => relationFile(name, readFileSync(join(samples, name), 'utf8').slice(0, HEAD)));
    expect(files.filter((_, i) => heads[i] === undefined)).toEqual(['README.md']);
    expect(new Set(heads)).toEqual(new Set(['one', undefined]));
  });

  it.each([
    ['words.csv', 'relation,input,output\npast,go,went\n', 'several'],
    ['words.csv', '\uFEFF"input","output"\ngo,went\n', 'one'],
    ['words.tsv', 'a\tb\trelation\n', 'several'],
    ['words.jsonl', '{"relation": "past", "input": "go", "output": "went"}\n', 'several'],
    ['questions-words.txt', ': capital-common-countries\nAthens Greece Baghdad Iraq\n', 'several'],
    ['pairs.json', '[\n {"output": "went", "input": "go"}]', 'one'],
    ['tokenizer.json', '{"version": "1.0", "input": 1, "output": 2}', undefined],
    ['stimuli.csv', 'item,condition,text\n', undefined],
    ['notes.txt', 'Note: input and output\n', undefined],
    ['list.json', '[1, 2]', undefined],
    ['input.md', ': a\n', undefined],
  ])('%s with %j: %s', (name, head, expected) => {
    expect(relationFile(name, head)).toBe(expected);
  });
});

test('layers are different numbers that the model has', () => {
  expect(layersOfText('-1, 0 5', 6)).toEqual([-1, 0, 5]);
  expect(layersOfText('−1,29', undefined)).toEqual([-1, 29]);
  for (const text of ['', '0, 0', '6', '-2', '1.5', 'last']) expect(layersOfText(text, 6)).toBeUndefined();
  expect(spreadLayers(30)).toEqual([-1, 0, 14, 29]);
  expect(spreadLayers(2)).toEqual([-1, 0, 1]);
  expect(spreadLayers(1)).toEqual([-1, 0]);
});

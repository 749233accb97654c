import { describe, expect, it } from 'vitest';
import { benchmarkModels, modelsIn, taskFacts, taskGroups } from '../../../src/editor/benchmarkFacts';
import type { ResultFile } from '../../../src/shared/result';

describe('tables of benchmarks', () => {
  it.each([
    ['model,score\na,1\nb,2\n', ['a', 'b']],
    ['\uFEFFscore,"model",family\r\n1,"a, b",f\r\n', ['a, b']],
    ['name,score\na,1', ['a']],
    ['name,model,score\nlong name,a,1', ['a']],
    ['model,score\n', []],
  ])('%j names %j', (text, models) => {
    expect(benchmarkModels(text, ',')).toEqual(models);
  });

  it.each(['item,sentence\n1,a\n', 'model,accuracy\na,1\n', 'score\n1\n', '', '\n\n'])('%j is none', (text) => {
    expect(benchmarkModels(text, ',')).toBeUndefined();
  });

  it('tabs separate the fields of a .tsv', () => {
    expect(benchmarkModels('model\tscore\na,b\t1\n', '\t')).toEqual(['a,b']);
  });

  it('models are found whatever their case and the ending of the file', () => {
    expect(modelsIn(['SmolLM2-135M.gguf', ' Tiny '], ['smollm2-135m', 'tiny', 'other'])).toBe(2);
    expect(modelsIn([], ['a'])).toBe(0);
  });
});

function ablation(
  model: string,
  tasks: readonly { name: string; kind: string; baseline: number | null }[],
): ResultFile {
  const inputs = ['b', 'a'].map((part) => ({ path: part, role: 'model', bytes: 1, sha256: `${part}-${model}` }));
  const about = { brainlens: '0', onnxruntime: '0', node: '0', platform: 'linux', threads: 1, seed: 0 };
  return {
    ...{ schema: 'brainlens/ablation@1', name: 'ablate', created: '', seconds: 0, summary: '' },
    ...{ spec: {}, result: { tasks }, provenance: { ...about, inputs } },
  };
}

describe('accuracies that ablate found', () => {
  it('losses of texts and tasks without a number are none', () => {
    const facts = taskFacts(
      ablation('m', [
        { name: 'pairs', kind: 'minimal-pairs', baseline: 0.8 },
        { name: 'prose', kind: 'text', baseline: 3.2 },
        { name: 'empty', kind: 'minimal-pairs', baseline: null },
      ]),
    );
    expect(facts).toEqual({ hashes: 'a-m b-m', tasks: ['pairs'] });
    expect(taskFacts(ablation('m', [{ name: 'prose', kind: 'text', baseline: 3.2 }]))).toBeUndefined();
    expect(taskFacts({ ...ablation('m', []), result: {} })).toBeUndefined();
  });

  it('are offered by tasks, one result for each aligned model, those of most models first', () => {
    const result = (hashes: string, ...tasks: string[]) => ({ hashes, tasks, id: `${hashes}:${tasks.join()}` });
    const all = [
      result('a', 'rare'),
      result('a', 'pairs'),
      result('b', 'pairs'),
      result('a', 'pairs'),
      result('c', 'pairs'),
      result('', 'pairs'),
    ];
    const groups = taskGroups(all, ['a', 'b', '']);
    expect(groups.map(({ tasks }) => tasks)).toEqual([['pairs'], ['rare']]);
    expect(groups[0]!.results).toEqual([all[1], all[2]]);
  });
});

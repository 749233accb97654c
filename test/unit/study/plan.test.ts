import { describe, expect, it } from 'vitest';
import { studyNameOf } from '../../../src/study/study';
import { withNeeds } from '../../../src/study/order';
import { planStudy } from '../../../src/study/plan';
import { disk } from '../editor/yaml-world';
import { FILES, place, read, TEXT, wrong } from './support';

const run = async (id: string, text = TEXT) => (await read(text)).plan.runs.find((one) => one.id === id)!;

describe('a study of two models', () => {
  it('is without fault, and runs one model after another, whatever a run needs before it', async () => {
    const { problems, plan, study } = await read();
    expect(problems).toEqual([]);
    expect(study.settings).toEqual({ seed: 7 });
    expect(plan.runs.map(({ label }) => label)).toEqual([
      'language (smol)',
      'silence (smol)',
      'encoding (smol)',
      'language (pythia)',
      'silence (pythia)',
      'encoding (pythia)',
      'hierarchy',
      'maps',
    ]);
  });

  it('gives a scalar `model` one run per model, matched with what ran on the same one', async () => {
    const { input, out, model } = await run('encoding-pythia');
    expect(out).toBe('/lab/.brainlens/three/encoding-pythia');
    expect(model).toBe('pythia');
    expect(input).toEqual({
      model: '/lab/studies/m/pythia',
      dataset: '/lab/studies/speech/dataset.yaml',
      units: '/lab/.brainlens/three/language-pythia',
    });
  });

  it('takes all runs in a list, and all models where `model` is one; a value alone is a list of one', async () => {
    expect((await run('hierarchy')).input).toMatchObject({
      alignment: ['smol', 'pythia'].map((model) => `/lab/.brainlens/three/encoding-${model}`),
      tasks: ['smol', 'pythia'].map((model) => `/lab/.brainlens/three/silence-${model}`),
    });
    expect((await run('maps')).input).toEqual({
      model: ['/lab/studies/m/smol', '/lab/studies/m/pythia'],
      stimuli: ['/lab/studies/sentences.csv'],
    });
    expect((await run('silence-smol')).input['tasks']).toEqual(['/lab/studies/tasks.jsonl']);
  });

  it('tells a hierarchy with benchmarks the families of its models', async () => {
    expect((await run('hierarchy')).input['families']).toEqual(['pythia=pythia']);
    const without = TEXT.replace(', tasks: silence }', ' }');
    expect((await run('hierarchy', without)).input).not.toHaveProperty('families');
  });

  it('puts results where it says, else where it is told, whatever was typed first', async () => {
    const named = `results: ./out/lab\n${TEXT}`;
    const outOf = async (text: string, folders = {}) => {
      const { plan } = planStudy((await read(text)).study, { ...place, ...folders });
      return plan.runs.find(({ id }) => id === 'hierarchy')!.out;
    };
    expect(await outOf(TEXT)).toBe('/lab/.brainlens/three/hierarchy');
    expect(await outOf(TEXT, { results: 'set' })).toBe('/lab/set/three/hierarchy');
    expect(await outOf(named, { results: 'set' })).toBe('/lab/out/lab/three/hierarchy');
    expect(await outOf(named, { results: 'set', typedResults: 'typed' })).toBe('/lab/typed/three/hierarchy');
    expect((await read(named)).problems).toEqual([]);
    const [problem] = (await read(`results: ../out\n${TEXT}`)).problems;
    expect(problem?.message).toContain('a path below the workspace folder');
  });

  it('knows single runs by name, and files in results', async () => {
    const text = `${TEXT}  two: { analysis: compare, results: [language-smol, language-pythia] }
  bare: { analysis: ablate, model: smol, units: language/selected.npy }\n`;
    expect((await read(text)).problems).toEqual([]);
    expect((await run('two', text)).input['results']).toHaveLength(2);
    expect((await run('bare', text)).input['units']).toBe('/lab/.brainlens/three/language-smol/selected.npy');
    expect((await run('bare', text)).needs).toMatchObject([{ run: 'language-smol', field: 'units', list: false }]);
  });

  it('finds what one analysis needs', async () => {
    const { plan } = await read();
    const ids = (wanted: string) =>
      withNeeds(plan.runs, ({ id, analysis }) => [id, analysis].includes(wanted)).map(({ id }) => id);
    expect(ids('silence-smol')).toEqual(['language-smol', 'silence-smol']);
    expect(ids('maps')).toEqual(['maps']);
    expect(ids('hierarchy')).toHaveLength(7);
  });

  it('is called by its file', () => {
    expect(['a.study.yaml', 'study.yaml', 'my.yml', '.study.yaml'].map(studyNameOf)).toEqual([
      'a',
      'study',
      'my',
      'study',
    ]);
  });
});

describe('two models in folders of one name', () => {
  const named = (family: string) =>
    TEXT.replace('smol: m/smol', 'smol: { path: m/smol, family: smol }')
      .replace('pythia: { path: m/pythia, family: pythia }', `copy: { path: old/smol${family} }`)
      .replace('[smol, pythia]', 'all');
  const view = disk({ ...FILES, 'old/smol': undefined });
  const problems = async (text: string) => (await read(text, view)).problems.map(({ message }) => message);

  it('are refused where their families differ, for the first would win', async () => {
    const message =
      '"smol" and "copy" are both called smol in results and are not of one family: rename the folder of one';
    expect(await problems(named(', family: other'))).toEqual([message]);
    expect(await problems(named(''))).toEqual([message]);
  });

  it('may be where they are of one family, or no analysis asks for families', async () => {
    expect(await problems(named(', family: smol'))).toEqual([]);
    expect(await problems(named(', family: other').replace(', tasks: silence }', ' }'))).toEqual([]);
  });
});

describe('the memory of a study', () => {
  it.each(['-2GB', '0GB', 'much', '4 GBit'])('%s is no size, and says what is', async (memory) => {
    const text = `settings: { memory: ${memory} }\nanalyses: { a: { analysis: localize, model: m/smol } }\n`;
    expect(await wrong(text)).toEqual([`1: "memory" is "${memory}": write a size such as 4GB or 800MB`]);
  });

  it.each(['4GB', '1.5 GiB', '800mb', '0.5g', '1000000000'])('%s is a size', async (memory) => {
    expect(
      await wrong(`settings: { memory: ${memory} }\nanalyses: { a: { analysis: localize, model: m/smol } }\n`),
    ).toEqual([]);
  });
});

describe('one mistake', () => {
  it('is one problem: a model that is not declared is no missing file, too', async () => {
    const text = 'models: { smol: m/smol }\nanalyses:\n  a: { analysis: localize, model: [smol, smoll] }\n';
    expect(await wrong(text)).toEqual(['3: There is no model "smoll"; did you mean "smol"?']);
  });
});

describe('a study with a fault names its line', () => {
  const line = (text: string) =>
    `models: { smol: m/smol, pythia: m/pythia }\ndatasets: { speech: speech/dataset.yaml }\nanalyses:\n${text}\n`;
  it.each([
    ['  a: { analysis: alignn, model: smol }', /^4: "alignn" is not one of .*align/],
    [
      '  a: { analysis: localize, model: smol, max-tokens: 3 }',
      /^4: Unknown key "max-tokens"; did you mean "maxTokens"\?$/,
    ],
    ['  a: { analysis: localize, model: smol, fraction: 2 }', /^4: "fraction" must be at most 1$/],
    ['  a: { analysis: localize, model: smol, fraction: many }', /^4: "fraction" must be a number, not text$/],
    ['  a: { analysis: localize }', /^4: "model" is missing/],
    ['  a: { analysis: localize, model: smoll }', /^4: There is no file "smoll"; did you mean the model "smol"\?$/],
    [
      '  a: { analysis: align, model: smol, dataset: speach }',
      /There is no file "speach"; did you mean the dataset "speech"\?$/,
    ],
    ['  a: { analysis: align, model: smol, dataset: smoll }', /There is no file "smoll"; it is no name of this study/],
    ['  a: { analysis: localize, model: [smol, pithia] }', /^4: There is no model "pithia"; did you mean "pythia"\?$/],
    [
      '  a: { analysis: localize, model: smol, stimuli: sentence.csv }',
      /^4: There is no file "sentence.csv"; did you mean "sentences.csv"\?$/,
    ],
    ['  a: { analysis: localize, model: smol, positive: S }', /^4: "positive" needs negative too/],
    [
      '  a: { analysis: align, model: smol, dataset: pythia }',
      /^4: "pythia" is a model of this study, which "dataset" does not take/,
    ],
    [
      '  a: { analysis: localize, model: smol }\n  b: { analysis: ablate, model: all, units: b }',
      /^5: "b" needs its own result: b → b$/,
    ],
    [
      '  a: { analysis: crystals, sae: c }\n  c: { analysis: lobes, firing: a, decoder: a }',
      /^4: "a" needs its own result: a → c → a$|^5: "a" needs/,
    ],
    [
      '  a: { analysis: localize, model: [pythia] }\n  b: { analysis: ablate, model: smol, units: a }',
      /^5: "a" does not run on smol; there are a-pythia$/,
    ],
    [
      '  a: { analysis: localize, model: all }\n  b: { analysis: crystals, sae: a }',
      /^5: "a" has a run for each model: name one of a-smol, a-pythia$/,
    ],
    ['  smol: { analysis: localize, model: all }', /^4: "smol" is the name of a model already/],
    [
      '  a: { analysis: localize, model: all }\n  a-smol: { analysis: localize, model: smol }',
      /^4: "a-smol" is the name of an analysis already/,
    ],
    ['  all: { analysis: localize, model: smol }', /^4: "all" stands for all models/],
    ['  a/b: { analysis: localize, model: smol }', /^4: "a\/b" is no name/],
    ['  a: { analysis: localize, model: smol', /^\d: /],
  ])('%s', async (text, message) => {
    expect((await wrong(line(text))).join('\n')).toMatch(new RegExp(message.source, 'm'));
  });

  it('a model that is not there, a manifest that can be made', async () => {
    const { problems } = await read(
      'datasets: { eeg: eeg/dataset.yaml }\nanalyses:\n  a: { analysis: dataset, dataset: eeg }\n',
    );
    expect(problems).toMatchObject(
      [{ kind: 'file', message: /There is no file "eeg\/dataset.yaml"/ }].map(({ kind }) => ({ kind })),
    );
    const check = await wrong('models: { x: m/nothing }\nanalyses:\n  a: { analysis: localize, model: x }\n');
    expect(check).toEqual([
      '1: There is no file "m/nothing"; it is no name of this study, and paths are relative to it',
    ]);
  });

  it('a name that hides a file, but not where it stands for what lies there', async () => {
    const text =
      'models: { m: m/smol, tasks.jsonl: m/smol }\nanalyses:\n  a: { analysis: localize, model: m }\n  b: { analysis: localize, model: tasks.jsonl }\n';
    expect(await wrong(text)).toEqual([
      '4: "tasks.jsonl" is a name of this study and also a file beside it: rename one of them, or write "./tasks.jsonl" for the file',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { describeAt, diagnose, suggest } from '../../../src/editor/yamlSchemas';
import { alone, cursor, disk } from './yaml-world';

const NAME = 'three.study.yaml';
const files = disk({ 'm/smol': undefined, 'sentences.csv': ['sentence'], 'eeg/raw.fif': undefined });
const study = (analyses: string) =>
  `models: { smol: m/smol }\ndatasets: { eeg: eeg/dataset.yaml }\nanalyses:\n  language: { analysis: localize, model: all }\n  ${analyses}\n`;

async function offered(marked: string): Promise<string[]> {
  const { text, offset } = cursor(study(marked));
  return (await suggest(text, NAME, offset, files, alone)).map(({ label }) => label);
}

describe('a study in the editor', () => {
  it('is known by its name, or as study.yaml by its analyses', async () => {
    expect(await diagnose('analyses: {}', NAME, files, alone)).toEqual([]);
    expect(await diagnose('analyses: {}', 'study.yaml', files, alone)).toEqual([]);
    expect(await diagnose('participants: 3', 'study.yaml', files, alone)).toBeUndefined();
  });

  it('has squiggles for settings, names and files, each with its fix', async () => {
    const text = study('a: { analysis: ablate, model: smol, units: langage, fractoins: [0.1] }');
    const problems = (await diagnose(text, NAME, files, alone))!;
    expect(problems.map(({ kind, message, fix }) => [kind, message.split(';')[0], fix?.text])).toEqual([
      ['schema', 'Unknown key "fractoins"', 'fractions'],
      ['file', 'There is no file "eeg/dataset.yaml"', undefined],
      ['file', 'There is no file "langage"', 'language'],
    ]);
    expect(problems.find(({ missingManifest }) => missingManifest)?.missingManifest).toBe('eeg/dataset.yaml');
  });

  it('leaves the schema to another extension, but not the names', async () => {
    const text = study('a: { analysis: ablate, model: smol, units: langage, fractoins: [0.1] }');
    const problems = (await diagnose(text, NAME, files, { schema: true }))!;
    expect(problems.map(({ kind }) => kind)).toEqual(['file', 'file']);
  });

  it('offers verbs, the settings of the chosen one, names and files', async () => {
    expect(await offered('a: { analysis: | }')).toEqual(expect.arrayContaining(['localize', 'align', 'sae train']));
    const settings = await offered('a: { analysis: hierarchy, | }');
    expect(settings).toEqual(expect.arrayContaining(['alignment', 'covariate', 'benchmarks']));
    expect(settings).not.toContain('units');
    expect(await offered('a: { analysis: ablate, units: | }')).toEqual(
      expect.arrayContaining(['language', 'sentences.csv']),
    );
    expect((await offered('a: { analysis: ablate, model: | }')).slice(0, 2)).toEqual(['smol', 'all']);
    expect((await offered('a: { analysis: align, dataset: | }'))[0]).toBe('eeg');
    expect(await offered('a: { analysis: align, metric: | }')).toEqual(['ridge', 'cka', 'debiased-cka', 'rsa']);
  });

  it('says what a setting means', () => {
    const { text, offset } = cursor(study('a: { analysis: ablate, frac|tions: [0.1] }'));
    expect(describeAt(text, NAME, offset, alone)?.markdown).toContain('Shares of all units to silence');
  });
});

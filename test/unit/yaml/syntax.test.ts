import { describe, expect, it } from 'vitest';
import { parseManifest } from '../../../src/data/brain/manifest-file';
import { lineOf, parseYaml, syntaxProblems } from '../../../src/yaml/syntax';
import { wrong } from '../study/support';

const said = (text: string): string[] =>
  syntaxProblems(parseYaml(text), text).map(({ span, message }) => `${lineOf(text, span.start)}: ${message}`);

describe('common mistakes of YAML are told in plain words', () => {
  it.each([
    ['a:\n\tb: 1\n', '2: a tab indents line 2: write spaces'],
    ['a:\n  b: 1\n\tc: 2\n', '3: a tab indents line 3: write spaces'],
    ['x: 0\nlanguage: 1\nb: 2\nlanguage: 3\n', '4: "language" is there twice, first on line 2'],
    ['a: { k: 1 }\nb:\n  k: 1\n  k: 2\n', '4: "k" is there twice, first on line 3'],
  ])('%j', (text, message) => expect(said(text)).toEqual([message]));

  it('whatever else the parser says stays as it is', () => {
    expect(said('a: [1\n')).toHaveLength(1);
    expect(said('a: 1\nb: "x：y “z”"\n')).toEqual([]);
  });
});

const STUDY = `models: { smol: m/smol }
analyses:
  units: { analysis: localize, model: smol }
`;

describe('signs that only look like those of YAML', () => {
  it.each([
    [STUDY.replace('m/smol', '“m/smol”'), '1: typographic quotes: write "'],
    [STUDY.replace('m/smol', '‘m/smol’'), "1: typographic quotes: write '"],
    [STUDY.replace('localize', '”localize”'), '3: typographic quotes: write "'],
    [STUDY.replace('models:', 'models：'), '1: full-width colon: write : and a space'],
    [STUDY.replace('units:', 'units：'), '3: full-width colon: write : and a space'],
    [STUDY.replace('analysis:', 'analysis：'), '3: full-width colon: write : and a space'],
    [
      `${STUDY.split('  units')[0]}  units:\n    analysis： localize\n    model: smol\n`,
      '4: full-width colon: write : and a space',
    ],
    [STUDY.replace('localize,', 'localize，'), '3: full-width comma: write ,'],
  ])('are named where they stand: %j', async (text, message) => expect(await wrong(text)).toEqual([message]));

  it('are text where nothing is wrong, in quotes, in comments and on other lines', async () => {
    const text = `name: “Sprache”： eins， zwei\n${STUDY}`;
    expect(await wrong(text)).toEqual([]);
    expect(await wrong(text.replace('localize, model: smol }', 'lokalize, model: smol } # “x”'))).toEqual([
      expect.stringMatching(/^4: "lokalize"/),
    ]);
    expect(await wrong(STUDY.replace('localize', '"lo：kal“ize"'))).toEqual([
      expect.stringMatching(/^3: "lo：kal“ize"/),
    ]);
  });

  it('are named in dataset manifests, too', () => {
    const manifest = (text: string) => () => parseManifest(text, 'dataset.yaml');
    expect(manifest('name: x\nresponses：\n  file: r.csv\n')).toThrow(
      'dataset.yaml, line 2, column 10: full-width colon: write : and a space',
    );
    expect(manifest('name: x\nstimuli: “s.csv”\n')).toThrow('line 2, column 10: typographic quotes: write "');
    expect(manifest('name: x\nname: y\n')).toThrow('line 2, column 1: "name" is there twice, first on line 1');
  });
});

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseManifest } from '../../../../src/data/brain/manifest-file';
import { granularityOf, manifestSchema } from '../../../../src/shared/manifest';

const GOOD = 'name: x\nstimuli: { file: s.csv }\nresponses: { file: r.csv, columns: [a] }\n';

function problem(text: string): string {
  try {
    parseManifest(text, 'd.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

describe('a dataset manifest', () => {
  it('reads every form that the interfaces show', () => {
    const full = `name: Tuckute 2024 baseline
cite: Tuckute et al. 2024, Nature Human Behaviour
stimuli:   { file: sentences.csv, text: sentence, id: item_id, group: passage }
responses: { file: responses.csv, id: item_id, columns: [lang_LH_IFG, lang_LH_MFG], summary: [lang_LH_netw] }
units:     { file: electrodes.tsv, id: name, subject: subject, x: x, y: y, z: z, covariates: [distance_pmhg, latency] }
ceiling:   { file: ceiling.csv, id: neuroid, value: r, kind: ceiling }
lags:      { start: -0.2, step: 0.1, unit: s }
granularity: timeseries
words:     { file: words.csv, word: word, onset: onset, offset: offset, run: run }
timing:    { tr: 2.0, scans: 362, delays: [1, 2, 3, 4] }
nuisance:  { file: nuisance.csv, columns: [rate, length, frequency] }
`;
    expect(problem(full)).toBe('none');
    for (const responses of [
      '{ file: long.csv, id: item_id, unit: neuroid, value: response, subject: subject, repetition: rep }',
      '{ file: responses.npy }',
      '{ file: bold.nii.gz, mask: mask.nii.gz }',
    ]) {
      expect(problem(`name: x\nstimuli: { file: s.csv }\nresponses: ${responses}\n`)).toBe('none');
    }
    expect(problem(GOOD.replace('[a] }', '[a] }\ntiming: { rate: 100, window: [0.0, 0.5] }'))).toBe('none');
  });

  it('says where a misspelt key stands, and what was meant', () => {
    expect(problem(GOOD.replace('stimuli:', 'stimulli:'))).toBe(
      'd.yaml, line 2, column 1: "stimulli" is not known. Did you mean "stimuli"?',
    );
    expect(problem(GOOD.replace('columns', 'colums'))).toBe(
      'd.yaml, line 3, column 27: "colums" is not known in responses. Did you mean "columns"?',
    );
    expect(problem(`${GOOD}zzzzzzzz: 1\n`)).toMatch(/line 4, column 1: "zzzzzzzz" is not known. Known are: name, cite/);
  });

  it.each([
    ['name: x\n', /line 1, column 1: responses is missing/],
    [GOOD.replace('[a]', 'a'), /line 3, column \d+: responses.columns: expected array/],
    [`${GOOD}granularity: paragraph\n`, /granularity: must be one of sentence, word, timeseries/],
    [GOOD.replace('name: x', 'name: [x'), /d.yaml, line \d+, column \d+: .*Mend the YAML there/],
    ['- a\n- b\n', /is not a dataset manifest/],
    [GOOD.replace('file: r.csv, ', ''), /responses: give either file or files/],
    [GOOD.replace('columns: [a]', 'unit: u'), /needs both unit and value/],
    [`${GOOD}granularity: timeseries\n`, /timing: a time series needs tr/],
    [`${GOOD}timing: { rate: 100 }\n`, /rate and window go together/],
    [`${GOOD}ceiling: { value: r, kind: ceiling }\n`, /value names a column/],
  ])('refuses %j', (text, message) => {
    expect(problem(text)).toMatch(message);
  });

  it('turns into a JSON Schema in which every field has words for a hover', () => {
    const schema = z.toJSONSchema(manifestSchema, { io: 'input' }) as unknown as Record<string, unknown>;
    const silent: string[] = [];
    const walk = (node: Record<string, unknown>, path: string): void => {
      for (const [name, part] of Object.entries(
        (node['properties'] ?? {}) as Record<string, Record<string, unknown>>,
      )) {
        if (typeof part['description'] !== 'string') silent.push(`${path}${name}`);
        walk(part, `${path}${name}.`);
      }
    };
    walk(schema, '');
    expect(silent).toEqual([]);
    expect(schema['additionalProperties']).toBe(false);
  });

  it('takes its granularity from its parts where it does not say', () => {
    const of = (more: string): string => granularityOf(parseManifest(GOOD + more, 'd.yaml'));
    expect(of('')).toBe('sentence');
    expect(of('words: { word: w }\n')).toBe('word');
    expect(of('words: { word: w }\ntiming: { tr: 2 }\n')).toBe('timeseries');
  });
});

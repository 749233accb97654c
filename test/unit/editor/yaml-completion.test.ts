import { describe, expect, it } from 'vitest';
import { suggest, describeAt } from '../../../src/editor/yamlSchemas';
import { alone, cursor, world } from './yaml-world';

const NAME = 'x.dataset.yaml';

async function offers(marked: string, others = alone): Promise<string[]> {
  const { text, offset } = cursor(marked);
  return (await suggest(text, NAME, offset, world, others)).map(({ label }) => label);
}

/** The text after the suggestion with this label has been taken; `$0` stands where the cursor goes. */
async function taken(marked: string, label: string): Promise<string> {
  const { text, offset } = cursor(marked);
  const all = await suggest(text, NAME, offset, world, alone);
  const one = all.find((candidate) => candidate.label === label);
  if (one === undefined) throw new Error(`${label} is not among ${all.map((other) => other.label).join()}`);
  return text.slice(0, one.span.start) + one.text + text.slice(one.span.end);
}

describe('completion in dataset manifests', () => {
  it('offers the keys that are not there yet', async () => {
    const top = await offers('name: x\n|');
    expect(top).toContain('stimuli');
    expect(top).toContain('responses');
    expect(top).not.toContain('name');
    expect(await offers('|')).toContain('name');
    expect(await offers('na|')).toContain('name');
  });

  it('writes a key with what its value begins with', async () => {
    expect(await taken('name: x\nsti|\nresponses: {}\n', 'stimuli')).toBe('name: x\nstimuli: { $0 }\nresponses: {}\n');
    expect(await taken('stimuli: { file: a.csv, te| }', 'text')).toBe('stimuli: { file: a.csv, text:  }');
    expect(await taken('responses:\n  file: a.csv\n  col|\n', 'columns')).toBe(
      'responses:\n  file: a.csv\n  columns: [$0]\n',
    );
    expect(await taken('stimuli: { fil|: a.csv }', 'file')).toBe('stimuli: { file: a.csv }');
  });

  it('knows the keys of a part in flow and block style', async () => {
    for (const marked of [
      'stimuli: { | }',
      'stimuli: { file: a.csv, | }',
      'stimuli: {\n  file: a.csv,\n  |\n}',
      'stimuli:\n  |\nname: x\n',
      'stimuli:\n  file: a.csv\n  |\nname: x\n',
      'stimuli:\n  file: a.csv\n  gr|\nname: x\n',
    ]) {
      const keys = await offers(marked);
      expect(keys, marked).toContain('group');
      expect(keys, marked).not.toContain('responses');
    }
  });

  it('offers listed values', async () => {
    expect(await offers('granularity: |')).toEqual(['sentence', 'word', 'timeseries']);
    expect(await taken('granularity: wo|\nname: x', 'word')).toBe('granularity: word\nname: x');
    expect(await offers('simulated: |')).toEqual(['true', 'false']);
    expect(await offers('ceiling: { kind: | }')).toEqual(['ceiling', 'reliability']);
  });

  it('offers files where a file is named', async () => {
    const files = ['sentences.csv', 'responses.csv', 'responses.npy'];
    expect(await offers('stimuli: { file: | }')).toEqual(files);
    expect(await offers('stimuli:\n  file: |\n')).toEqual(files);
    expect(await offers('responses: { files: [|] }')).toEqual(files);
    expect(await taken('stimuli: { file: sent|, text: a }', 'sentences.csv')).toBe(
      'stimuli: { file: sentences.csv, text: a }',
    );
    expect(await taken('stimuli: { file: "sen|" }', 'sentences.csv')).toBe('stimuli: { file: "sentences.csv" }');
  });

  it('offers the columns of the named file, each once in a list', async () => {
    expect(await offers('stimuli: { file: sentences.csv, text: | }')).toEqual(['item_id', 'sentence', 'passage']);
    const listed = 'responses: { file: responses.csv, columns: [lang_LH_IFG, |] }';
    expect(await offers(listed)).toEqual(['item_id', 'lang_LH_MFG', 'lang_LH_netw']);
    const block = 'responses:\n  file: responses.csv\n  columns:\n    - lang_LH_IFG\n    - |\n';
    expect(await offers(block)).toEqual(['item_id', 'lang_LH_MFG', 'lang_LH_netw']);
    expect(await offers('responses: { file: responses.npy, columns: [|] }')).toEqual([]);
    expect(await offers('responses: {\n  file: responses.csv,\n  columns: [\n    |\n  ] }')).toContain('lang_LH_MFG');
  });

  it('offers nothing in comments, right behind a colon and in free text', async () => {
    expect(await offers('name: x # |')).toEqual([]);
    expect(await offers('granularity:|')).toEqual([]);
    expect(await offers('name: |')).toEqual([]);
  });

  it('where another extension offers keys and values, files and columns remain', async () => {
    expect(await offers('|', { schema: true })).toEqual([]);
    expect(await offers('stimuli: { file: | }', { schema: true })).toContain('sentences.csv');
  });
});

describe('hover in dataset manifests', () => {
  const at = (marked: string): string | undefined => {
    const { text, offset } = cursor(marked);
    const found = describeAt(text, NAME, offset, alone);
    return found && `${text.slice(found.span.start, found.span.end)} → ${found.markdown}`;
  };

  it('explains keys, at the top and inside', () => {
    expect(at('sti|muli: { file: a.csv }')).toMatch(/^stimuli → \*\*stimuli\*\* \(a map\)\n\nThe stimuli: which table/);
    expect(at('stimuli: { fi|le: a.csv }')).toMatch(/^file → \*\*file\*\* \(text\)\n\nTable of stimuli/);
    expect(at('responses:\n  file: a.csv\n  |id: q')).toMatch(
      /^id → \*\*id\*\* \(text\)\n\nColumn with the stimulus' id/,
    );
  });

  it('explains a value by its field, with the values that are possible', () => {
    expect(at('granularity: wo|rd')).toMatch(/^word → .*One of `sentence`, `word`, `timeseries`\.$/s);
    expect(at('timing: { delays: [1, |2] }')).toMatch(/^2 → \*\*delays\*\* \(a list\)\n\nFIR delays/);
    expect(at('responses: { files: |a.csv }')).toMatch(/\(text or a list\)/);
  });

  it('is silent beside words, on unknown keys and where another extension speaks', () => {
    expect(at('stimuli: |  { file: a.csv }')).toBeUndefined();
    expect(at('zebra|fish: 1')).toBeUndefined();
    expect(describeAt('name: x', NAME, 1, { schema: true })).toBeUndefined();
  });
});

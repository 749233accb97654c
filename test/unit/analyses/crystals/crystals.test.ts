import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { crystals } from '../../../../src/analyses/crystals/index';
import type { RelationsResult } from '../../../../src/analyses/crystals/result';
import { qualitiesOf } from '../../../../src/math/crystals/qualities';
import { Gemm } from '../../../../src/math/gemm';
import { openTransformer } from '../../../../src/models/open';
import { golden, openOptions, resultOf } from '../../models/support';
import { run } from './support';

const folder = mkdtempSync(join(tmpdir(), 'brainlens-crystals-'));
const gemm = new Gemm(1);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await gemm.dispose();
});
const model = join(golden, 'gpt2');

const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
/** Relations of the alphabet: 26 words and their variants. */
const RELATIONS = {
  plural: letters.map((letter) => [`${letter}o`, `${letter}os`]),
  doubled: letters.map((letter) => [`${letter}e`, `${letter}ee`]),
  upper: letters.map((letter) => [`${letter}qz`, `${letter.toUpperCase()}qz`]),
  past: letters.slice(0, 20).map((letter) => [`${letter}alk`, `${letter}alked`]),
};
const paths = Object.entries(RELATIONS).map(([name, pairs]) => write(name, pairs));

function write(name: string, pairs: readonly (readonly string[])[]): string {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(pairs.map(([input, output]) => ({ input, output }))));
  return path;
}

describe('crystals of relations', () => {
  const settings = { model, relations: paths, layers: [-1, 0], null: 20, splits: 2 };

  it('are measured from the last sub-token of every word, at every layer asked for', async () => {
    const { result } = await run(settings);
    const fields = result.fields as unknown as RelationsResult;
    expect(fields.relations.map(({ name, layer, pairs }) => [name, layer, pairs])).toEqual(
      [-1, 0].flatMap((layer) => Object.entries(RELATIONS).map(([name, pairs]) => [name, layer, pairs.length])),
    );
    const transformer = await openTransformer(model, openOptions());
    const ids = RELATIONS.past.flat().map((word) => transformer.tokenizer.encode(word!));
    const options = { pooling: 'last', layers: [0], signal: new AbortController().signal } as const;
    const values = await resultOf(transformer.activations(ids, options)).finally(() => transformer.dispose());
    const width = values.length / ids.length;
    const differences = Float64Array.from({ length: values.length / 2 }, (_, i) => {
      const at = 2 * Math.floor(i / width) * width + (i % width);
      return values[at + width]! - values[at]!;
    });
    const [expected] = await qualitiesOf(differences, width, new Int32Array(ids.length / 2), 1, gemm);
    const own = fields.relations.at(-1)!;
    expect(own.before.cosine).toBeCloseTo(expected!.cosine, 6);
    expect(own.before.parallelogram).toBeCloseTo(expected!.parallelogram, 6);
    expect(own.null.before.cosine.value).toBe(own.before.cosine);
    expect(own.null.after.parallelogram).toMatchObject({
      value: own.after.parallelogram,
      draws: 20,
      smallestP: 1 / 21,
    });
    expect(result.arrays['points']!.shape).toEqual([2, fields.pairs, 2, 3]);
    expect(result.arrays['splits']!.shape).toEqual([2, fields.pairs]);
    expect(fields.distractors.every(({ directions }) => directions.length > 0)).toBe(true);
    const kinds = crystals.figures(result).map(({ id }) => id);
    expect(kinds).toEqual(expect.arrayContaining(['quality--1', 'quality-0', 'silhouette', 'transfer', 'distractors']));
    expect(JSON.stringify(crystals.figures(result)).length).toBeLessThan(2e6);
    expect(crystals.summary(result)).toMatch(/^the embedding: \d of 4 relations above their null/);
  });

  it('are the same for one seed, and read behind a carrier sentence where one is given', async () => {
    const quick = { ...settings, layers: [0], null: 2, splits: 1 };
    const [one, again] = [await run(quick), await run(quick)];
    expect(again.result.fields).toEqual(one.result.fields);
    const carried = (await run({ ...quick, carrier: 'the word {}' })).result.fields as unknown as RelationsResult;
    const bare = one.result.fields as unknown as RelationsResult;
    expect(carried.relations[0]!.before.cosine).not.toBeCloseTo(bare.relations[0]!.before.cosine, 4);
    expect(carried.carrier).toBe('the word {}');
  });

  it('warn of words that are split, pairs without a difference and too few draws', async () => {
    const { warnings } = await run({ ...settings, layers: [-1], null: 5, splits: 1 });
    expect(warnings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/have several sub-tokens: the last stands for the word/),
        expect.stringMatching(/^The embedding: \d+ pairs end in the same sub-token/),
        expect.stringMatching(/5 draws of the null cannot bring p below 0.05: ask for 20 or more/),
      ]),
    );
  });

  it('warn of pairs that a relation lists again, and count them once', async () => {
    const again = write('again', [...RELATIONS.past, ...RELATIONS.past.slice(0, 3)]);
    const { result, warnings } = await run({
      ...settings,
      relations: [...paths.slice(0, 3), again],
      layers: [0],
      null: 0,
    });
    expect((result.fields as unknown as RelationsResult).relations.at(-1)!.pairs).toBe(RELATIONS.past.length);
    expect(warnings).toContain('again lists 3 pairs again: counted once.');
  });

  it.each([
    [{ relations: [...paths, join(folder, 'none.json')] }, /none\.json does not exist/],
    [
      { relations: [...paths, write('single', [['mouse', 'mice']])] },
      /single\.json has one pair only in single\. Give/,
    ],
    [
      {
        relations: [
          ...paths,
          write('twice', [
            ['mouse', 'mice'],
            ['mouse', 'mice'],
          ]),
        ],
      },
      /one pair only in twice, listed 2 times/,
    ],
    [
      {
        relations: [
          ...paths,
          write('long', [
            ['x'.repeat(900), 'y'],
            ['a', 'b'],
          ]),
        ],
      },
      /long\.json: x{40}… has \d+ tokens, and the model takes at most \d+\. Shorten it or delete/,
    ],
    [{ relations: paths.slice(0, 2) }, /2 relations cannot be told apart/],
    [{ layers: [99] }, /--layers: the model has no layer 99/],
    [{ layers: [0, 0] }, /--layers: names a layer twice/],
    [{ carrier: '{} is a word' }, /--carrier: must end with \{\}/],
    [{ model: undefined }, /--model: is missing/],
    [{ dimensions: 1 }, /--dimensions 1: must be at least 2/],
  ])('are refused where settings do not go together: %j', async (change, message) => {
    await expect(run({ ...settings, ...change })).rejects.toThrow(message);
  });
});

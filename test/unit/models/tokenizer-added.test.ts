import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTokenizer, type ModelTokenizer } from '../../../src/models/tokenizer';

type Json = Record<string, unknown>;

interface Golden {
  readonly texts: readonly string[];
  readonly models: readonly (Json & { readonly type: string; readonly vocab: readonly string[] })[];
  readonly cases: readonly {
    readonly name: string;
    readonly model: number;
    readonly pipeline: Json;
    readonly ids: readonly (readonly number[])[];
  }[];
}

/** Made by test/golden/tokenizers/added.py with Python's `tokenizers`. */
const { texts, models, cases } = JSON.parse(
  readFileSync(new URL('../../golden/tokenizers/added.json', import.meta.url), 'utf8'),
) as Golden;

function tokenizerOf({ model, pipeline }: Golden['cases'][number], changes: Json = {}): ModelTokenizer {
  const { vocab, type, ...rest } = models[model]!;
  const whole = type === 'Unigram' ? vocab : Object.fromEntries(vocab.map((token, id) => [token, id]));
  // As `AutoTokenizer` reads the files, the config decides on the prefix blank.
  const config = { add_prefix_space: (pipeline['pre_tokenizer'] as Json | undefined)?.['add_prefix_space'] };
  return createTokenizer({ json: { ...pipeline, model: { ...rest, type, vocab: whole }, ...changes }, config });
}

describe('normalizers, added tokens, padding and models give the ids of Python', () => {
  it.each(cases.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
    const tokenizer = tokenizerOf(entry);
    expect(texts.map((text) => [text, ...tokenizer.encode(text)])).toEqual(
      texts.map((text, i) => [text, ...entry.ids[i]!]),
    );
  });
});

it.each(['Left', 'Right'])('padding to the %s that the file switches on adds nothing and cuts nothing', (direction) => {
  const entry = cases.find(({ name }) => name === `padded on the ${direction.toLowerCase()}`)!;
  expect(entry.pipeline['padding']).toMatchObject({ direction, strategy: { Fixed: 32 } });
  const plain = tokenizerOf(entry, { padding: null });
  for (const text of texts) expect(tokenizerOf(entry).encode(text)).toEqual(plain.encode(text));
});

import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/shared/errors';
import { createTokenizer, type ModelTokenizer } from '../../../src/models/tokenizer';
import { effectiveConfig } from '../../../src/models/tokenizer-files';
import { caseNamed, cases, folderCases, texts, tokenizerJson } from './tokenizer-cases';

function tokenizerOf(name: string, config: Record<string, unknown> = {}): ModelTokenizer {
  const entry = caseNamed(name);
  return createTokenizer({ json: tokenizerJson(entry), config: { ...entry.config, ...config } });
}

describe('a tokenizer gives the ids of Python', () => {
  it.each(cases.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
    const tokenizer = createTokenizer({ json: tokenizerJson(entry), config: entry.config });
    texts.forEach((text, i) => {
      expect([text, ...tokenizer.encode(text)]).toEqual([text, ...entry.ids[i]!]);
    });
  });

  it.each(cases.map((entry) => [entry.name, entry] as const))('%s, truncated on the right', (_name, entry) => {
    const tokenizer = createTokenizer({ json: tokenizerJson(entry), config: entry.config });
    for (const [length, expected] of Object.entries(entry.truncated)) {
      texts.forEach((text, i) => {
        expect([text, ...tokenizer.encode(text, Number(length))]).toEqual([text, ...expected[i]!]);
      });
    }
  });
});

describe('a folder’s files together give the ids of AutoTokenizer', () => {
  it.each(folderCases.folders.map((entry) => [entry.name, entry] as const))('%s', (_name, entry) => {
    const tokenizer = createTokenizer({
      json: { ...tokenizerJson(caseNamed(entry.case)), ...entry.changes },
      config: effectiveConfig(entry.tokenizerConfig ?? {}, entry.specialTokensMap ?? {}, entry.config),
    });
    folderCases.texts.forEach((text, i) => {
      expect([text, ...tokenizer.encode(text)]).toEqual([text, ...entry.ids[i]!]);
      expect([text, ...tokenizer.encode(text, folderCases.length)]).toEqual([text, ...entry.cut[i]!]);
    });
  });
});

describe('special tokens', () => {
  it('are described for the record', () => {
    expect(tokenizerOf('GPT-2').specialTokens).toBe('none added');
    expect(tokenizerOf('GPT-2').bosId).toBeUndefined();
    expect(tokenizerOf('Llama 2').specialTokens).toBe('BOS <s> added');
    expect(tokenizerOf('Llama 2').bosId).toBe(1);
    expect(tokenizerOf('Llama 2 whose config switches BOS off').specialTokens).toBe('none added');
    expect(tokenizerOf('Llama 2 whose config switches EOS on').specialTokens).toBe('BOS <s> and EOS </s> added');
    expect(tokenizerOf('BOS and EOS by template').specialTokens).toBe('BOS <|begin|> and EOS <|end|> added');
  });

  it('are all that an empty text gives', () => {
    expect([...tokenizerOf('GPT-2').encode('')]).toEqual([]);
    expect([...tokenizerOf('Llama 2').encode('')]).toEqual([1]);
  });

  it('never give way to the text: fewer tokens than specials are refused', () => {
    const tokenizer = tokenizerOf('BOS and EOS by template');
    expect(() => tokenizer.encode('the dog', 1)).toThrow(/fewer than the special tokens.*at least 3 tokens/);
  });

  it('that the config names by a token outside the vocabulary are an error', () => {
    expect(() => tokenizerOf('Llama 2', { bos_token: '<none>' })).toThrow(/<none>, which is not in its vocabulary/);
  });
});

describe('the hash of a tokenizer', () => {
  it('does not depend on the order of keys', () => {
    const entry = caseNamed('GPT-2');
    const json = tokenizerJson(entry);
    const reversed = Object.fromEntries(Object.entries(json).reverse());
    const one = createTokenizer({ json, config: entry.config }).sha256;
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(createTokenizer({ json: reversed, config: entry.config }).sha256).toBe(one);
  });

  it('is the same for two ways to say the same', () => {
    const template = tokenizerOf('BOS and EOS by template').sha256;
    expect(tokenizerOf("RoBERTa's post-processor").sha256).toBe(template);
  });

  it('differs as soon as ids could', () => {
    const others = cases.filter(({ name }) => name !== "RoBERTa's post-processor");
    const hashes = others.map(({ name }) => tokenizerOf(name).sha256);
    expect(new Set(hashes).size).toBe(others.length);
  });
});

describe('a tokenizer names what is wrong', () => {
  const entry = caseNamed('GPT-2');
  const json = tokenizerJson(entry);
  const model = json['model'] as Record<string, unknown>;
  const create = (changes: Record<string, unknown>): ModelTokenizer =>
    createTokenizer({ json: { ...json, ...changes }, config: {}, path: '/m/tokenizer.json' });

  it.each([
    ['no model', { model: undefined }, /\/m\/tokenizer\.json is malformed: it has no model/],
    ['no vocabulary', { model: { type: 'BPE', merges: [] } }, /has no vocabulary/],
    ['no merges', { model: { ...model, merges: undefined } }, /has no merges/],
    ['random tokens', { model: { ...model, dropout: 0.1 } }, /BPE dropout/],
    ['an unknown model', { model: { ...model, type: 'WordLevel' } }, /a WordLevel model, which is not supported/],
    ['an unknown step', { pre_tokenizer: { type: 'UnicodeScripts' } }, /Unknown PreTokenizer type: UnicodeScripts/],
    ['an unknown template', { post_processor: { type: 'Odd' } }, /the post-processor Odd/],
    ['an added token without id', { added_tokens: [{ content: 'x' }] }, /an added token has no content or id/],
    ['whole-word tokens', { added_tokens: [{ content: 'x', id: 1, single_word: true }] }, /single_word of the token x/],
    [
      'blanks merged by a pattern',
      { pre_tokenizer: { type: 'Split', pattern: { Regex: ' +' }, behavior: 'MergedWithNext' } },
      /splits text by MergedWithNext/,
    ],
  ])('%s', (_what, changes, message) => {
    expect(() => create(changes)).toThrow(UserError);
    expect(() => create(changes)).toThrow(message);
  });

  it('a text that is not Unicode', () => {
    expect(() => tokenizerOf('GPT-2').encode('half a \ud83d pair')).toThrow(/is not valid Unicode.*UTF-8/);
  });
});

it('the pieces of a token can be shown', () => {
  const tokenizer = tokenizerOf('Llama 2');
  expect(tokenizer.token(1)).toBe('<s>');
  expect(tokenizer.token(13)).toBe('<0x0A>');
  expect(tokenizer.token(1_000_000)).toBe('<1000000>');
});

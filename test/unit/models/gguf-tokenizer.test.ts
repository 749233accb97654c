import { describe, expect, it } from 'vitest';
import type { GgufHeader, GgufValue } from '../../../src/models/gguf-header';
import { GgufFacts } from '../../../src/models/gguf-metadata';
import { rebuildTokenizer } from '../../../src/models/gguf-tokenizer';
import { createTokenizer, type ModelTokenizer } from '../../../src/models/tokenizer';
import { bytesModel, cases, piecesModel, texts } from './tokenizer-cases';

function facts(metadata: Readonly<Record<string, GgufValue>>): GgufFacts {
  const header: GgufHeader = {
    path: 'm.gguf',
    size: 0,
    version: 3,
    metadata: new Map(Object.entries(metadata)),
    tensors: new Map(),
  };
  return new GgufFacts(header);
}

const specials = ['<|end|>', '<|begin|>', '<|sep|>'];

const bytes: Record<string, GgufValue> = {
  'general.architecture': 'llama',
  'tokenizer.ggml.model': 'gpt2',
  'tokenizer.ggml.tokens': bytesModel.vocab,
  'tokenizer.ggml.merges': bytesModel.merges,
  'tokenizer.ggml.token_type': Float64Array.from(bytesModel.vocab, (token) => (specials.includes(token) ? 3 : 1)),
  'tokenizer.ggml.bos_token_id': bytesModel.vocab.indexOf('<|begin|>'),
  'tokenizer.ggml.eos_token_id': bytesModel.vocab.indexOf('<|end|>'),
};

const pieces: Record<string, GgufValue> = {
  'general.architecture': 'llama',
  'tokenizer.ggml.model': 'llama',
  'tokenizer.ggml.tokens': piecesModel.tokens,
  'tokenizer.ggml.scores': Float64Array.from(piecesModel.scores),
  'tokenizer.ggml.token_type': Float64Array.from(piecesModel.types),
  'tokenizer.ggml.bos_token_id': 1,
  'tokenizer.ggml.eos_token_id': 2,
  'tokenizer.ggml.unknown_token_id': 0,
};

function rebuilt(pre: string): ModelTokenizer {
  if (pre === 'pieces') return createTokenizer(rebuildTokenizer(facts(pieces)));
  if (pre === 'pieces without prefix') {
    return createTokenizer(rebuildTokenizer(facts({ ...pieces, 'tokenizer.ggml.add_space_prefix': false })));
  }
  return createTokenizer(rebuildTokenizer(facts({ ...bytes, 'tokenizer.ggml.pre': pre })));
}

describe('a tokenizer rebuilt from metadata gives the ids of the original in Python', () => {
  const named = cases.filter(({ ggufPre }) => ggufPre !== undefined);
  it.each(named.map((entry) => [entry.ggufPre!, entry] as const))('%s', (pre, entry) => {
    const tokenizer = rebuilt(pre);
    texts.forEach((text, i) => expect([text, ...tokenizer.encode(text)]).toEqual([text, ...entry.ids[i]!]));
  });
});

describe('BOS and EOS', () => {
  const specialTokens = (metadata: Record<string, GgufValue>): string =>
    createTokenizer(rebuildTokenizer(facts(metadata))).specialTokens;

  it('are added as the metadata say', () => {
    const both = { 'tokenizer.ggml.add_bos_token': true, 'tokenizer.ggml.add_eos_token': true };
    expect(specialTokens({ ...bytes, 'tokenizer.ggml.pre': 'smollm', ...both })).toBe(
      'BOS <|begin|> and EOS <|end|> added',
    );
    expect(specialTokens({ ...pieces, 'tokenizer.ggml.add_bos_token': false })).toBe('none added');
  });

  it('are added as the kind of vocabulary does where the metadata are silent', () => {
    expect(specialTokens({ ...bytes, 'tokenizer.ggml.pre': 'smollm' })).toBe('none added');
    expect(specialTokens({ ...bytes, 'tokenizer.ggml.pre': 'llama-bpe' })).toBe('BOS <|begin|> added');
    expect(specialTokens(pieces)).toBe('BOS <s> added');
  });

  it('must exist to be added', () => {
    const rest = Object.entries(pieces).filter(([key]) => key !== 'tokenizer.ggml.bos_token_id');
    expect(() => rebuildTokenizer(facts(Object.fromEntries(rest)))).toThrow(/bos_token_id is missing/);
  });
});

describe('a tokenizer that cannot be rebuilt is refused by name', () => {
  it.each([
    ['an unknown pre-tokenizer', { ...bytes, 'tokenizer.ggml.pre': 'novel' }, /pre-tokenizer novel.*gpt-2.*smollm/],
    ['no pre-tokenizer, as in old files', bytes, /pre-tokenizer default.*converted again/],
    ['a merge of three', { ...bytes, 'tokenizer.ggml.pre': 'gpt-2', 'tokenizer.ggml.merges': ['a b c'] }, /"a b c"/],
    [
      'no merges',
      { ...bytes, 'tokenizer.ggml.pre': 'gpt-2', 'tokenizer.ggml.merges': new Float64Array(1) },
      /merges is/,
    ],
    ['no vocabulary', { 'tokenizer.ggml.model': 'gpt2' }, /tokens is missing/],
    ['no tokenizer', {}, /has no tokenizer in its metadata/],
    ['types of fewer tokens', { ...pieces, 'tokenizer.ggml.token_type': new Float64Array(2) }, /2 values for/],
  ])('%s', (_what, metadata, message) => {
    expect(() => rebuildTokenizer(facts(metadata as Record<string, GgufValue>))).toThrow(message);
  });

  it('except that GPT-2 itself needs no name for its pre-tokenizer', () => {
    const gpt2 = createTokenizer(rebuildTokenizer(facts({ ...bytes, 'general.architecture': 'gpt2' })));
    const entry = cases.find(({ ggufPre }) => ggufPre === 'gpt-2')!;
    expect([...gpt2.encode(texts[4]!)]).toEqual(entry.ids[4]);
  });
});

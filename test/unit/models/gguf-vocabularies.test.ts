import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readGgufHeader } from '../../../src/models/gguf-header';
import type { GgufHeader, GgufValue } from '../../../src/models/gguf-header';
import { GgufFacts } from '../../../src/models/gguf-metadata';
import { rebuildTokenizer } from '../../../src/models/gguf-tokenizer';
import { createTokenizer } from '../../../src/models/tokenizer';
import type { ModelTokenizer } from '../../../src/models/tokenizer';

interface Vocabulary {
  readonly metadata: Readonly<Record<string, GgufValue>>;
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
}

/** Real vocabularies, cut down; `make.py` beside them says how. */
const golden = join(import.meta.dirname, '../../golden/gguf-vocabularies/vocabularies.json.gz');
const vocabularies = JSON.parse(gunzipSync(readFileSync(golden)).toString('utf8')) as Record<string, Vocabulary>;
/** llama.cpp's `models` folder, for whole vocabularies. */
const whole = process.env['BRAINLENS_GGUF_VOCABULARIES'];

function factsOf(metadata: Readonly<Record<string, GgufValue>>): GgufFacts {
  const arrays = Object.entries(metadata).map(([name, value]): [string, GgufValue] => {
    const numbers = Array.isArray(value) && typeof value[0] === 'number';
    return [name, numbers ? Float64Array.from(value as number[]) : value];
  });
  const header: GgufHeader = { path: 'm.gguf', size: 0, version: 3, metadata: new Map(arrays), tensors: new Map() };
  return new GgufFacts(header);
}

/** Without the special tokens around texts, which the goldens do not have. */
function tokenizerOf(facts: GgufFacts): ModelTokenizer {
  const { json, config } = rebuildTokenizer(facts);
  return createTokenizer({ json: { ...json, post_processor: null }, config, path: 'm.gguf' });
}

describe('a real vocabulary gives the ids of the model’s own tokenizer in Python', () => {
  test.each(Object.keys(vocabularies))('%s', (name) => {
    const { metadata, texts, ids } = vocabularies[name]!;
    const tokenizer = tokenizerOf(factsOf(metadata));
    expect(texts.length).toBeGreaterThan(40);
    texts.forEach((text, i) => expect([text, ...tokenizer.encode(text)]).toEqual([text, ...ids[i]!]));
  });

  test('and the pre-tokenizer matters: with another’s, ids differ', () => {
    const differing = Object.entries(vocabularies).filter(([, { metadata, texts, ids }]) => {
      if (metadata['tokenizer.ggml.model'] !== 'gpt2') return false;
      const other = metadata['tokenizer.ggml.pre'] === 'gpt-2' ? 'llama-bpe' : 'gpt-2';
      const tokenizer = tokenizerOf(factsOf({ ...metadata, 'tokenizer.ggml.pre': other }));
      return texts.some((text, i) => tokenizer.encode(text).join() !== ids[i]!.join());
    });
    const names = differing.map(([name]) => name);
    expect(names).toEqual(
      expect.arrayContaining(['deepseek-coder', 'deepseek-llm', 'falcon', 'gpt-2', 'llama-bpe', 'qwen2']),
    );
  });
});

describe('a file from before pre-tokenizers were named', () => {
  const { metadata } = vocabularies['gpt-neox']!;

  test('is taken where its vocabulary is that of GPT-NeoX, and of no other', () => {
    expect(metadata['tokenizer.ggml.pre']).toBeUndefined();
    const others = (metadata['tokenizer.ggml.tokens'] as string[]).toReversed();
    expect(() => tokenizerOf(factsOf({ ...metadata, 'tokenizer.ggml.tokens': others }))).toThrow(
      'm.gguf has the pre-tokenizer default (tokenizer.ggml.pre), which is not supported',
    );
    expect(() => tokenizerOf(factsOf({ ...metadata, 'general.architecture': 'llama' }))).toThrow('not supported');
  });
});

describe('whole vocabularies of llama.cpp', () => {
  test(
    'give the same ids as cut down, or are refused by the name of what is not supported',
    { timeout: 300_000 },
    async (ctx) => {
      if (whole === undefined || !existsSync(whole))
        ctx.skip('llama.cpp’s vocabularies are not here (BRAINLENS_GGUF_VOCABULARIES)');
      const refused: string[] = [];
      for (const file of readdirSync(whole!).filter((name) => name.endsWith('.gguf.inp'))) {
        const path = join(whole!, file.replace(/\.inp$/, ''));
        const facts = new GgufFacts(await readGgufHeader(path));
        let tokenizer: ModelTokenizer;
        try {
          tokenizer = tokenizerOf(facts);
        } catch (error) {
          refused.push(
            `${file.split('.')[0]!}: ${(error as Error).message.replace(`${path} has `, '').split(/[,.]/)[0]!}`,
          );
          continue;
        }
        const texts = readFileSync(`${path}.inp`, 'utf8').split('\n__ggml_vocab_test__\n');
        const ids = readFileSync(`${path}.out`, 'utf8').split('\n');
        texts.forEach((text, i) =>
          expect([file, text, tokenizer.encode(text).join(' ')]).toEqual([file, text, ids[i]!.trim()]),
        );
      }
      expect(refused.sort()).toEqual([
        'ggml-vocab-bert-bge: a tokenizer of kind bert',
        'ggml-vocab-gemma-4: a tokenizer of kind gemma4',
        'ggml-vocab-qwen35: the pre-tokenizer qwen35 (tokenizer',
      ]);
    },
  );
});

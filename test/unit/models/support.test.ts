import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ModelConfig } from '../../../src/models/architectures/config';
import { architectures, configure } from '../../../src/models/architectures/index';
import { classOf } from '../../../src/models/architectures/support';
import { readVariant, variants } from './family-model';
import { golden, goldenModels } from './support';

type Fields = Readonly<Record<string, unknown>>;

/** Flags whose default is true; that of all others is false. */
const usuallyTrue: Readonly<Record<string, readonly string[]>> = {
  tie_word_embeddings: ['gemma', 'gemma2', 'gemma3', 'gpt2', 'opt', 'falcon', 'mpt', 'starcoder2', 'xglm'],
  use_parallel_residual: ['gpt_neox'],
  attention_bias: ['gpt_neox'],
  enable_bias: ['opt'],
  do_layer_norm_before: ['opt'],
  layer_norm_elementwise_affine: ['opt'],
  multi_query: ['falcon'],
  parallel_attn: ['falcon'],
  use_bias: ['starcoder2'],
  scale_embedding: ['xglm'],
  scale_attn_weights: ['gpt2'],
};

/** The configs of all golden variants, the text part where there are several. */
const configs = [
  ...variants.map((name) => readVariant(name).config),
  ...goldenModels.map((name) => JSON.parse(readFileSync(join(golden, name, 'config.json'), 'utf8')) as Fields),
].map((fields) => ({
  type: fields['model_type'] as string,
  config: new ModelConfig((fields['text_config'] ?? fields) as Fields, 'golden'),
}));

describe.each(architectures.map((architecture) => [architecture.family, architecture] as const))('%s', (family, it) => {
  const own = configs.filter(({ type }) => it.modelTypes.includes(type)).map(({ config }) => config);

  test.each(Object.entries(it.covered))('what it calls covered of %s, a golden variant has', (name, values) => {
    const seen = new Set(own.map((config) => classOf(config, name)));
    // A variant that is silent stands for the default.
    if (seen.has(null)) seen.add(name === 'hidden_act' ? 'silu' : usuallyTrue[name]?.includes(family) === true);
    expect(values.filter((value) => !seen.has(value))).toEqual([]);
  });
});

describe('a model is', () => {
  const llama = { model_type: 'llama', ...readVariant('llama').config };
  const uncovered = (changes: Fields): readonly string[] => configure({ ...llama, ...changes }, 'x').uncovered;

  test('verified where the tests hold all its settings', () => expect(uncovered({ hidden_act: 'gelu' })).toEqual([]));
  test('supported, with the settings named, where they do not', () => {
    expect(uncovered({ hidden_act: 'relu' })).toEqual(['hidden_act = "relu"']);
  });
  test('refused by name where it would compute something else', () => {
    expect(() => uncovered({ attn_logit_softcapping: 5 })).toThrow(
      'attn_logit_softcapping = 5, which is not supported',
    );
  });
});

import { expect, test } from 'vitest';
import { namesAnotherModel, sameModel } from '../../../src/shared/model-name';

test('a model goes by the name that the SAE was trained on', () => {
  expect(sameModel('HuggingFaceTB/SmolLM2-135M', 'SmolLM2-135M-Instruct.Q4_1.gguf')).toBe(true);
  expect(sameModel('gpt2-small', 'gpt2')).toBe(true);
  expect(sameModel('gemma-2-2b', 'SmolLM2-135M')).toBe(false);
  expect(sameModel('', 'x')).toBe(false);
});

test.each([
  ['gpt2-small', '/models/gpt2', false],
  ['gpt2-small', '/models/GPT2-medium', true],
  ['google/gemma-2-2b', '/models/SmolLM2-135M-Instruct.Q4_1.gguf', true],
  ['HuggingFaceTB/SmolLM2-135M', 'C:\\models\\smollm2_135m\\', false],
  // Hugging Face's cache: the name stands two folders above.
  ['gemma-2-2b', `/hub/models--google--gemma-2-2b/snapshots/${'a1'.repeat(20)}`, false],
  // A folder that tells nothing.
  ['gemma-2-2b', '/models/model', false],
  ['', '/models/gpt2', false],
])('an SAE of %s and the model %s: another one? %s', (trainedOn, path, another) => {
  expect(namesAnotherModel(trainedOn, path)).toBe(another);
});

test('Hugging Face’s cache of another model is another model', () => {
  const path = `/hub/models--openai-community--gpt2/snapshots/${'a1'.repeat(20)}`;
  expect(namesAnotherModel('pythia-70m', path)).toBe(true);
});

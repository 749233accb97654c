import { expect, it } from 'vitest';
import type { Sae } from '../../../../src/data/sae/sae';
import { checkSaeFits } from '../../../../src/models/sae/fits';
import type { ModelDescription } from '../../../../src/models/transformer';

const model = { family: 'llama', layers: 4, width: 8 } as ModelDescription;
const sae = {
  path: '/saes/layer_2/params.npz',
  width: 8,
  layer: undefined,
  input: { centre: false, normalise: { kind: 'none' }, subtractDecoderBias: false },
} as unknown as Sae;

it('takes the layer that the SAE names, or the one that is asked for where it names none', () => {
  expect(checkSaeFits({ ...sae, layer: 3 }, model, undefined)).toBe(3);
  expect(checkSaeFits({ ...sae, layer: -1 }, model, -1)).toBe(-1);
  expect(checkSaeFits(sae, model, 2)).toBe(2);
});

it('names both sides of what does not fit', () => {
  const check = (change: Partial<Sae>, layer?: number) => () => checkSaeFits({ ...sae, ...change }, model, layer);
  expect(check({ width: 16 }, 1)).toThrow(/width 16.*\(llama\) has 8/);
  expect(check({ layer: 1 }, 2)).toThrow('trained on layer 1, not on layer 2');
  expect(check({ layer: 4 })).toThrow('layer 4, but the model has layers 0 to 3');
  expect(check({}, -2)).toThrow('layer -2');
  expect(check({}, 1.5)).toThrow('layer 1.5');
  expect(check({})).toThrow('Give the layer; by its path it is 2.');
});

it('refuses centred weights where no norm takes the mean off', () => {
  const centred: Sae = { ...sae, layer: 0, input: { ...sae.input, centre: true } };
  expect(() => checkSaeFits(centred, model, 0)).toThrow('center_writing_weights');
  expect(checkSaeFits(centred, { ...model, family: 'gpt2' }, 0)).toBe(0);
});

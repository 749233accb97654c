import { expect, it } from 'vitest';
import { layerName, layerOrNone, layerRange } from '../../../src/shared/words';

it('layers are numbered, the embedding has a name', () => {
  expect([-1, 0, 17].map(layerName)).toEqual(['the embedding', 'layer 0', 'layer 17']);
  expect([null, -1, 2].map(layerOrNone)).toEqual(['no layer', 'the embedding', 'layer 2']);
  expect(layerRange(3, 7)).toBe('layers 3 to 7');
  expect(layerRange(-1, 7)).toBe('the embedding to layer 7');
  expect(layerRange(-1, -1)).toBe('the embedding');
});

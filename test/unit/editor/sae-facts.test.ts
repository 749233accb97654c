import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { layerOfPath, pairsBytes, saeFacts } from '../../../src/editor/saeFacts';

describe('what must be asked of an SAE', () => {
  test('SAELens: width, features, model and layer are in the file, in either layout', () => {
    const fixture = new URL('../../fixtures/sae-tiny/cfg.json', import.meta.url);
    const nested = saeFacts(readFileSync(fixture, 'utf8'), 'sae-tiny');
    expect(nested).toEqual({ width: 64, features: 256, namesLayer: true, model: 'tiny-random' });
    const flat = {
      d_in: 576,
      d_sae: 4096,
      hook_name: 'blocks.{layer}.hook_resid_post',
      hook_layer: 0,
      model_name: 'm',
    };
    expect(saeFacts(JSON.stringify(flat), 'x')).toEqual({ width: 576, features: 4096, namesLayer: true, model: 'm' });
  });

  test('sparsify: features from the expansion, the layer from the folder', () => {
    const config = JSON.stringify({ d_in: 576, expansion_factor: 32, num_latents: 0, k: 32 });
    expect(saeFacts(config, 'layers.15')).toEqual({ width: 576, features: 18_432, namesLayer: true });
    expect(saeFacts(config, 'my-sae').namesLayer).toBe(false);
  });

  test('Gemma Scope and broken files: nothing is known, the layer is asked for', () => {
    for (const config of [undefined, '', '{', '[]', 'null', '{"d_in":"x"}'])
      expect(saeFacts(config, 'layer_20')).toEqual({ namesLayer: false });
    expect(layerOfPath('/saes/layer_20/width_16k/average_l0_71')).toBe(20);
    expect(layerOfPath('/saes/player_20/x')).toBeUndefined();
  });

  test('pairs of 16,384 features: half a gigabyte of counts, one of affinities', () => {
    expect(pairsBytes(16_384)).toBeCloseTo(0.537e9 + 1.074e9, -6);
  });
});

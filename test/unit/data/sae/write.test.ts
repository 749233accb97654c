import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSae } from '../../../../src/data/sae/open';
import { writeSaeLens } from '../../../../src/data/sae/write';
import { saes, temporaryFolder } from './support';

const folder = temporaryFolder();

// `test/golden/sae/check_written.py` opens such a folder with SAELens itself.
it.each([
  'nested-topk',
  'nested-topk-rescaled',
  'flat-jumprelu',
  'flat-centred',
  'nested-layer-norm',
  'sparsify/layers.2',
])('%s is the same SAE after it was written as SAELens writes', async (name) => {
  const sae = await openSae(join(saes, name));
  const path = join(folder, name);
  await writeSaeLens(path, sae, { dataset: 'letters', metadata: { brainlens: { steps: 3 } } });
  const { files, ...again } = await openSae(path);
  expect(again).toEqual({ ...sae, path, format: 'saelens', files: undefined });
  expect(files).toEqual([join(path, 'cfg.json'), join(path, 'sae_weights.safetensors')]);
  const config = JSON.parse(readFileSync(files[0]!, 'utf8')) as { metadata: unknown };
  expect(config.metadata).toMatchObject({ dataset_path: 'letters', brainlens: { steps: 3 } });
});

it('folds a scaled input into the weights', async () => {
  const sae = await openSae(join(saes, 'nested-scaled'));
  const path = join(folder, 'scaled');
  await writeSaeLens(path, sae);
  const again = await openSae(path);
  expect(again.input.normalise).toEqual({ kind: 'none' });
  expect(again.encoder[5]).toBeCloseTo(sae.encoder[5]! * 0.35, 6);
  expect(again.decoder[5]).toBeCloseTo(sae.decoder[5]! / 0.35, 5);
  expect(again.decoderBias[5]).toBeCloseTo(sae.decoderBias[5]! / 0.35, 5);
  expect(again.encoderBias).toEqual(sae.encoderBias);
});

it('needs a layer', async () => {
  const sae = await openSae(join(saes, 'gemma-scope/layer_20'));
  await expect(writeSaeLens(join(folder, 'nowhere'), sae)).rejects.toThrow(RangeError);
});

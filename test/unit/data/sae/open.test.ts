import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSaes, looksLikeSae, openSae } from '../../../../src/data/sae/open';
import { changedConfig, expected, saes, temporaryFolder, writeTensors } from './support';

const folder = temporaryFolder();

describe('what an SAE says of itself', () => {
  it.each([
    ['flat-standard', 'saelens', 2],
    ['flat-jumprelu', 'saelens', 3],
    ['flat-old-names', 'saelens', -1],
    ['nested-topk', 'saelens', 5],
    ['nested-jumprelu', 'saelens', -1],
    ['nested-hugging-face-hook', 'saelens', 7],
    ['sparsify/layers.15', 'sparsify', 15],
    ['gemma-scope/layer_20', 'gemma-scope', undefined],
  ])('%s is %s of layer %s', async (name, format, layer) => {
    const sae = await openSae(join(saes, name));
    expect(sae).toMatchObject({ format, layer, features: 24, width: 8 });
    expect(sae.files.length).toBe(format === 'gemma-scope' ? 1 : 2);
  });

  it('gives the model and the context', async () => {
    expect((await openSae(join(saes, 'flat-standard'))).trainedOn).toEqual({ model: 'gpt2-small', context: 128 });
    expect((await openSae(join(saes, 'nested-topk'))).trainedOn).toEqual({ model: 'tiny', context: 256 });
  });

  it('opens Gemma Scope by its file too', async () => {
    expect((await openSae(join(saes, 'gemma-scope/layer_20/params.npz'))).features).toBe(24);
  });

  it.each([
    ['gemma-scope-2b-pt-att', 'attention heads'],
    ['gemma-scope-2b-pt-mlp', 'an MLP’s output'],
    ['models--google--gemma-scope-2b-pt-transcoders/snapshots/abc', 'an MLP’s input to give its output'],
    ['mlp/gemma-scope-2b-pt-res', undefined],
    ['matthew', undefined],
  ])('Gemma Scope in %s reads %s', async (release, what) => {
    const place = join(folder, release, 'layer_20/width_16k/average_l0_71');
    cpSync(join(saes, 'gemma-scope/layer_20'), place, { recursive: true });
    if (what === undefined) expect((await openSae(place)).format).toBe('gemma-scope');
    else await expect(openSae(place)).rejects.toThrow(`by that name it reads ${what}, not the residual stream`);
  });

  it('notes a scale that its folder does not give', async () => {
    expect((await openSae(join(saes, 'nested-unscaled'))).notes?.[0]).toContain('norm_scaling_factor');
    expect((await openSae(join(saes, 'nested-scaled'))).notes).toBeUndefined();
  });
});

describe('finding SAEs', () => {
  it('knows every golden folder by its file names, and others not', async () => {
    for (const name of Object.keys(expected)) expect(await looksLikeSae(join(saes, name)), name).toBe(true);
    expect(await looksLikeSae(saes)).toBe(false);
    expect(await looksLikeSae(join(saes, 'flat-standard/cfg.json'))).toBe(false);
  });

  it('lists those below a folder, numbers by value, and names them where one must be chosen', async () => {
    const parent = join(saes, 'sparsify');
    expect(await findSaes(parent)).toEqual(['layers.2', 'layers.15'].map((name) => join(parent, name)));
    await expect(openSae(parent)).rejects.toThrow(
      'holds 2 SAEs in folders of their own. Name one of them: layers.2, layers.15.',
    );
  });

  it('says what it looked for, and refuses pickles', async () => {
    await expect(openSae(join(import.meta.dirname))).rejects.toThrow(
      'holds no SAE: looked for sae_weights.safetensors',
    );
    await expect(openSae(join(folder, 'nowhere'))).rejects.toThrow('does not exist');
    mkdirSync(join(folder, 'pickled'));
    writeFileSync(join(folder, 'pickled/ae.pt'), '');
    await expect(openSae(join(folder, 'pickled'))).rejects.toThrow(/ae\.pt is a Python pickle.*safetensors/);
    await expect(openSae(join(folder, 'pickled/ae.pt'))).rejects.toThrow('pickle');
    await expect(openSae(join(saes, 'flat-standard/cfg.json'))).rejects.toThrow('holds no SAE');
  });
});

describe('refusing what is not supported, by name', () => {
  it.each([
    ['a gated SAE', 'flat-standard', { architecture: 'gated' }, 'architecture gated'],
    ['a transcoder', 'nested-standard', { architecture: 'skip_transcoder' }, 'architecture skip_transcoder'],
    ['a transcoder by its hooks', 'flat-standard', { hook_name_out: 'blocks.3.hook_mlp_out' }, 'transcoder from'],
    ['another activation', 'flat-standard', { activation_fn_str: 'tanh-relu' }, 'tanh-relu'],
    ['an MLP hook', 'flat-standard', { hook_name: 'blocks.3.hook_mlp_out' }, 'reads blocks.3.hook_mlp_out'],
    ['a mid hook', 'flat-standard', { hook_name: 'blocks.3.hook_resid_mid' }, 'hook_resid_mid'],
    ['an attention hook', 'flat-standard', { hook_name: 'blocks.3.attn.hook_z' }, 'attn.hook_z'],
    ['one head', 'flat-standard', { hook_head_index: 2 }, 'hook_head_index is 2'],
    ['hook and layer that differ', 'flat-standard', { hook_layer: 4 }, 'contradict'],
    ['whitening', 'nested-standard', { normalize_activations: 'covariance_whitening' }, 'covariance_whitening'],
    ['an unknown normalisation', 'nested-standard', { normalize_activations: 'z' }, 'normalize_activations is z'],
    ['groupmax', 'sparsify/layers.2', { activation: 'groupmax' }, 'activation groupmax'],
    ['a sparsify transcoder', 'sparsify/layers.2', { transcode: true }, 'a transcoder'],
    ['a skip connection', 'sparsify/layers.2', { skip_connection: true }, 'skip connection'],
    ['k above the features', 'nested-topk', { k: 25 }, 'k is 25, but there are 24 features'],
    ['sparsify with k above the features', 'sparsify/layers.2', { k: 25 }, 'k is 25'],
    ['no k', 'nested-topk', { k: undefined }, 'has no field k'],
    ['no width', 'nested-topk', { d_in: undefined }, 'has no field d_in'],
    ['a width that is no number', 'nested-topk', { d_in: '8' }, 'd_in is "8", not a whole number above 0'],
    ['weights of another size', 'nested-topk', { d_sae: 32 }, 'W_dec has shape [24, 8], not [32, 8]'],
  ])('%s', async (_, name, fields, message) => {
    await expect(openSae(changedConfig(name, folder, fields))).rejects.toThrow(message);
  });

  it('a sparsify folder inside a block', async () => {
    const path = join(folder, 'layers.3.mlp');
    cpSync(join(saes, 'sparsify/layers.2'), path, { recursive: true });
    await expect(openSae(path)).rejects.toThrow('reads layers.3.mlp');
  });
});

describe('refusing damaged weights', () => {
  it('without a threshold', async () => {
    const path = changedConfig('flat-standard', folder, { architecture: 'jumprelu' });
    await expect(openSae(path)).rejects.toThrow('has no threshold, which a jumprelu SAE needs');
  });

  it('with NaN or infinite numbers: names tensor and place', async () => {
    const values = (size: number) => new Float32Array(size).fill(1);
    for (const [bad, at, text] of [
      [NaN, 11, 'W_enc[1, 3] is NaN'],
      [-Infinity, 15, 'W_enc[1, 7] is -Infinity'],
    ] as const) {
      const encoder = values(16);
      encoder[at] = bad;
      const path = changedConfig('nested-standard', folder, { d_in: 2, d_sae: 8 });
      writeTensors(join(path, 'sae_weights.safetensors'), {
        W_enc: { shape: [2, 8], values: encoder },
        b_enc: { shape: [8], values: values(8) },
        W_dec: { shape: [8, 2], values: values(16) },
        b_dec: { shape: [2], values: values(2) },
      });
      await expect(openSae(path)).rejects.toThrow(text);
    }
  });

  it('cut short, incomplete, or beside a broken config', async () => {
    const path = changedConfig('nested-standard', folder, {});
    const weights = join(path, 'sae_weights.safetensors');
    writeFileSync(weights, readFileSync(weights).subarray(0, 900));
    await expect(openSae(path)).rejects.toThrow('truncated');
    writeTensors(weights, { W_dec: { shape: [24, 8], values: new Float32Array(192) } });
    await expect(openSae(path)).rejects.toThrow('has no tensor W_enc');
    writeFileSync(join(path, 'cfg.json'), '{');
    await expect(openSae(path)).rejects.toThrow('cfg.json is no JSON');
    writeFileSync(join(path, 'cfg.json'), '[]');
    await expect(openSae(path)).rejects.toThrow('holds no JSON object');
  });

  it('Gemma Scope without its threshold', async () => {
    const { zipSync } = await import('fflate');
    const { encodeNpy } = await import('../../../../src/shared/npy');
    const path = join(folder, 'no-threshold.npz');
    writeFileSync(path, zipSync({ 'W_enc.npy': encodeNpy({ data: new Float32Array(6), shape: [2, 3] }) }));
    await expect(openSae(path)).rejects.toThrow('has no threshold');
  });
});

import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../shared/errors';
import { CONFIG_FILE, readSaeConfig } from './config';
import type { SaeConfig } from './config';
import { layerOfFolder } from './hooks';
import type { Sae, SaeFormat } from './sae';
import { openTensors } from './tensors';
import { readShaped } from './weights';

const WEIGHTS = 'sae.safetensors';

/**
 * EleutherAI sparsify (`SparseCoder`): f = TopK(ReLU((x − b_dec)·Wᵀ + b)), x̂ = f·W_dec + b_dec. Its `cfg.json` does not
 * name the hook: the folder's name does.
 */
export const sparsify: SaeFormat = {
  format: 'sparsify',
  matches: (path) => exists(join(path, WEIGHTS)),
  read: async (path): Promise<Sae> => {
    const config = await readSaeConfig(path);
    refuseOthers(config);
    const width = config.count('d_in');
    const features =
      config.find('num_latents') === 0 || config.find('num_latents') === undefined
        ? width * config.count('expansion_factor')
        : config.count('num_latents');
    const k = config.count('k');
    if (k > features) throw config.refuse('k', `is ${k}, but there are ${features} features`, 'Correct cfg.json.');
    const tensors = await openTensors(join(path, WEIGHTS));
    return {
      path,
      format: 'sparsify',
      features,
      width,
      layer: layerOfFolder(basename(resolve(path)), config.file),
      encoder: await readShaped(tensors, 'encoder.weight', [features, width]),
      encoderBias: await readShaped(tensors, 'encoder.bias', [features]),
      decoder: await readShaped(tensors, 'W_dec', [features, width]),
      decoderBias: await readShaped(tensors, 'b_dec', [width]),
      activation: { kind: 'topk', k },
      input: { centre: false, normalise: { kind: 'none' }, subtractDecoderBias: true },
      trainedOn: {},
      files: [CONFIG_FILE, WEIGHTS].map((name) => resolve(path, name)),
    };
  },
};

function refuseOthers(config: SaeConfig): void {
  if (config.flag('transcode', false)) throw notThis(config, 'a transcoder');
  if (config.flag('skip_connection', false)) throw notThis(config, 'a coder with a skip connection');
  if (config.flag('signed', false)) throw notThis(config, 'a coder with signed activations');
  const activation = config.text('activation') ?? 'topk';
  if (activation !== 'topk') throw notThis(config, `a coder with the activation ${activation}`);
}

function notThis({ file }: SaeConfig, what: string): UserError {
  return new UserError(`${file} describes ${what}`, 'Of sparsify, TopK autoencoders are supported.');
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

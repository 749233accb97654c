import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../shared/errors';
import { readBytes } from '../files';
import { CONFIG_FILE, configOf, isRecord, readSaeConfig } from './config';
import type { SaeConfig } from './config';
import { layerOfHook } from './hooks';
import type { Sae, SaeActivation, SaeFormat, SaeInput } from './sae';
import { openTensors } from './tensors';
import type { Tensors } from './tensors';
import { foldDecoderNorms, readShaped, scaleRows, transposed } from './weights';
import type { SaeSizes, SaeWeights } from './weights';

export const SAELENS_WEIGHTS = 'sae_weights.safetensors';
const SCALER = 'activation_scaler.json';

/**
 * SAELens, as its versions 1 to 6 save: a flat config (before 6, some fields under other names), or one whose facts
 * about the model lie under `metadata` (6). Encoded as SAELens encodes, in float32.
 */
export const saelens: SaeFormat = {
  format: 'saelens',
  matches: async (path) => (await stat(join(path, SAELENS_WEIGHTS)).catch(() => undefined)) !== undefined,
  read: async (path): Promise<Sae> => {
    const config = await readSaeConfig(path);
    const metadata = metadataOf(config);
    const architecture = architectureOf(config);
    const layer = layerOf(metadata);
    const sizes: SaeSizes = { features: config.count('d_sae'), width: config.count('d_in') };
    const scaler = await scalerOf(path, config);
    const input = inputOf(config, metadata, scaler);
    const tensors = await openTensors(join(path, SAELENS_WEIGHTS));
    const weights = await weightsOf(config, tensors, sizes);
    const activation = await activationOf(config, architecture, tensors, sizes);
    // The norm is part of the TopK family only; other architectures ignore the field.
    const rescaled =
      (architecture === 'topk' || isBatchTopK(architecture)) && config.flag('rescale_acts_by_decoder_norm', false);
    if (rescaled) foldDecoderNorms(weights);
    const model = metadata.text('model_name');
    const context = metadata.find('context_size');
    const unscaled = normalisation(config) === 'expected_average_only_in' && scaler === undefined;
    return {
      path,
      format: 'saelens',
      ...sizes,
      layer,
      ...weights,
      activation,
      input,
      trainedOn: { ...(model !== undefined && { model }), ...(typeof context === 'number' && { context }) },
      ...(unscaled && { notes: [UNSCALED] }),
      files: [CONFIG_FILE, SAELENS_WEIGHTS, ...(scaler === undefined ? [] : [SCALER])].map((name) =>
        resolve(path, name),
      ),
    };
  },
};

const UNSCALED =
  'It was trained on activations scaled to a mean norm (expected_average_only_in), but its folder does not say by which ' +
  'factor: they go in as they are, as SAELens does it. Add "norm_scaling_factor" to cfg.json where it is known.';

/** Facts about model and hook: under `metadata` since version 6, beside the others before. */
function metadataOf({ file, fields }: SaeConfig): SaeConfig {
  return configOf(file, isRecord(fields['metadata']) ? { ...fields, ...fields['metadata'] } : fields);
}

const isBatchTopK = (architecture: string): boolean => /^(matryoshka_)?batchtopk$/.test(architecture);

/** @throws UserError for an architecture other than standard, topk, batchtopk and jumprelu */
function architectureOf(config: SaeConfig): string {
  const architecture = config.text('architecture') ?? 'standard';
  const activation = config.text('activation_fn', 'activation_fn_str') ?? 'relu';
  const supported = ['standard', 'topk', 'jumprelu'].includes(architecture) || isBatchTopK(architecture);
  if (!supported) {
    const problem = `${config.file} describes an SAE of the architecture ${architecture}`;
    throw new UserError(problem, 'Supported are standard (ReLU), topk, batchtopk and jumprelu autoencoders.');
  }
  if (activation === 'topk') return architecture === 'standard' ? 'topk' : architecture;
  if (activation !== 'relu') {
    throw config.refuse('activation_fn', `is ${activation}`, 'Supported are relu and topk.');
  }
  return architecture;
}

/** @throws UserError for hooks off the residual stream, and for transcoders, which read one hook and write another */
function layerOf(metadata: SaeConfig): number | undefined {
  const hook = metadata.text('hook_name', 'hook_point');
  const out = metadata.text('hook_name_out');
  if (out !== undefined && out !== hook) {
    throw new UserError(`${metadata.file} describes a transcoder from ${hook} to ${out}`, 'Take an autoencoder.');
  }
  if (hook === undefined) return undefined;
  const block = metadata.find('hook_layer', 'hook_point_layer');
  const layer = layerOfHook(hook, typeof block === 'number' ? block : undefined, metadata.file);
  const head = metadata.find('hook_head_index', 'hook_point_head_index');
  if (head === undefined) return layer;
  throw metadata.refuse(
    'hook_head_index',
    `is ${JSON.stringify(head)}: the SAE reads one head`,
    'Take one of the residual stream.',
  );
}

/** SAELens before 3 wrote true and false. */
function normalisation(config: SaeConfig): string {
  const value = config.find('normalize_activations') ?? 'none';
  if (typeof value === 'boolean') return value ? 'expected_average_only_in' : 'none';
  return String(value);
}

/** The factor that SAELens keeps beside a checkpoint until it folds it into the weights. */
async function scalerOf(path: string, config: SaeConfig): Promise<number | undefined> {
  if (normalisation(config) !== 'expected_average_only_in') return undefined;
  const own = metadataOf(config).find('norm_scaling_factor');
  const file = join(path, SCALER);
  const there = (await stat(file).catch(() => undefined)) !== undefined;
  if (own === undefined && !there) return undefined;
  const stored: unknown =
    own ?? (JSON.parse(new TextDecoder().decode(await readBytes(file))) as Record<string, unknown>)['scaling_factor'];
  if (typeof stored === 'number' && stored > 0) return stored;
  throw new UserError(
    `${there ? file : config.file}: the scaling factor is ${JSON.stringify(stored)}`,
    'It is a number above 0.',
  );
}

function inputOf(config: SaeConfig, metadata: SaeConfig, factor: number | undefined): SaeInput {
  const kwargs = metadata.find('model_from_pretrained_kwargs');
  return {
    centre: isRecord(kwargs) && kwargs['center_writing_weights'] === true,
    normalise: normaliseOf(config, factor),
    subtractDecoderBias: config.flag('apply_b_dec_to_input', true),
  };
}

function normaliseOf(config: SaeConfig, factor: number | undefined): SaeInput['normalise'] {
  const name = normalisation(config);
  switch (name) {
    case 'none':
      return { kind: 'none' };
    case 'expected_average_only_in':
      return factor === undefined ? { kind: 'none' } : { kind: 'scale', factor };
    case 'layer_norm':
      return { kind: 'layer-norm' };
    case 'constant_norm_rescale':
      return { kind: 'constant-norm' };
    case 'covariance_whitening': {
      const remedy = 'Fold it in with SAELens (fold_activation_whitening), then save it again.';
      throw config.refuse(
        'normalize_activations',
        'is covariance_whitening: this SAE was saved before its end',
        remedy,
      );
    }
    default:
      throw config.refuse('normalize_activations', `is ${name}, which SAELens does not know`, 'Correct the field.');
  }
}

async function weightsOf(config: SaeConfig, tensors: Tensors, { features, width }: SaeSizes): Promise<SaeWeights> {
  const decoder = await readShaped(tensors, 'W_dec', [features, width]);
  if (tensors.names.includes('W_skip')) {
    throw new UserError(
      `${tensors.file} holds W_skip: it is a transcoder with a skip connection`,
      'Take an autoencoder.',
    );
  }
  await foldFineTuning(config, tensors, decoder, features);
  return {
    encoder: transposed(await readShaped(tensors, 'W_enc', [width, features]), width, features),
    encoderBias: await readShaped(tensors, 'b_enc', [features]),
    decoder,
    decoderBias: await readShaped(tensors, 'b_dec', [width]),
  };
}

/** `scaling_factor` multiplies activations on their way into the decoder, where the config says that it was trained. */
async function foldFineTuning(
  config: SaeConfig,
  tensors: Tensors,
  decoder: Float32Array,
  features: number,
): Promise<void> {
  const name = ['scaling_factor', 'finetuning_scaling_factor'].find((each) => tensors.names.includes(each));
  if (name === undefined) return;
  const factors = await readShaped(tensors, name, [features]);
  if (factors.every((factor) => factor === 1)) return;
  if (!config.flag('finetuning_scaling_factor', false)) {
    throw new UserError(
      `${tensors.file} holds ${name}, but finetuning_scaling_factor is false in ${config.file}`,
      'Correct the config.',
    );
  }
  scaleRows(decoder, factors);
}

async function activationOf(
  config: SaeConfig,
  architecture: string,
  tensors: Tensors,
  { features }: SaeSizes,
): Promise<SaeActivation> {
  if (architecture === 'standard') return { kind: 'relu' };
  if (architecture !== 'topk')
    return { kind: 'jumprelu', threshold: await thresholdOf(tensors, features, architecture) };
  const kwargs = config.find('activation_fn_kwargs');
  const given = isRecord(kwargs) ? configOf(config.file, kwargs) : config;
  const k = given.find('k') === undefined ? config.count('k') : given.count('k');
  if (k > features) throw config.refuse('k', `is ${k}, but there are ${features} features`, 'Correct cfg.json.');
  return { kind: 'topk', k };
}

async function thresholdOf(tensors: Tensors, features: number, architecture: string): Promise<Float32Array> {
  if (tensors.names.includes('threshold')) return readShaped(tensors, 'threshold', [features]);
  if (tensors.names.includes('log_threshold')) {
    return (await readShaped(tensors, 'log_threshold', [features])).map((log) => Math.exp(log));
  }
  if (tensors.names.includes('topk_threshold')) {
    return new Float32Array(features).fill((await readShaped(tensors, 'topk_threshold', []))[0]!);
  }
  throw new UserError(
    `${tensors.file} has no threshold, which a ${architecture} SAE needs`,
    'Get the complete weights.',
  );
}

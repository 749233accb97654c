import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_FILE } from './config';
import type { Sae } from './sae';
import { SAELENS_WEIGHTS } from './saelens';
import { scaleRows, transposed } from './weights';

/** SAELens reads a config in its current layout where this version stands in it. */
const SAELENS_VERSION = '6.54.12';

/** What the files say of a training beside the weights; it lands under `metadata`. */
export interface SaeLensFacts {
  readonly dataset?: string;
  readonly prependBos?: boolean;
  /** Further fields, by SAELens' names or any other; they stand before those that the SAE itself gives. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/**
 * Writes an SAE as SAELens 6 saves it (`cfg.json`, `sae_weights.safetensors`, float32), so that `SAE.load_from_disk`
 * opens it. The folder is made where it is missing; files in it are written over. A scaled input is folded into the
 * weights, as SAELens does at the end of a training.
 * @throws RangeError for an SAE on no known layer
 */
export async function writeSaeLens(folder: string, sae: Sae, facts: SaeLensFacts = {}): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeWeights(join(folder, SAELENS_WEIGHTS), sae);
  await writeFile(join(folder, CONFIG_FILE), `${JSON.stringify(configOf(sae, facts), null, 2)}\n`);
}

const ARCHITECTURES = { relu: 'standard', topk: 'topk', jumprelu: 'jumprelu' } as const;
const NORMALISATIONS = {
  none: 'none',
  scale: 'none',
  'layer-norm': 'layer_norm',
  'constant-norm': 'constant_norm_rescale',
} as const;

function configOf(sae: Sae, { dataset, prependBos, metadata }: SaeLensFacts): unknown {
  const { activation, input, trainedOn } = sae;
  return {
    architecture: ARCHITECTURES[activation.kind],
    d_in: sae.width,
    d_sae: sae.features,
    ...(activation.kind === 'topk' && { k: activation.k, rescale_acts_by_decoder_norm: false }),
    dtype: 'float32',
    device: 'cpu',
    apply_b_dec_to_input: input.subtractDecoderBias,
    normalize_activations: NORMALISATIONS[input.normalise.kind],
    reshape_activations: 'none',
    metadata: {
      sae_lens_version: SAELENS_VERSION,
      sae_lens_training_version: null,
      ...(trainedOn.model !== undefined && { model_name: trainedOn.model }),
      hook_name: hookName(sae.layer),
      hook_head_index: null,
      ...(trainedOn.context !== undefined && { context_size: trainedOn.context }),
      ...(dataset !== undefined && { dataset_path: dataset }),
      ...(prependBos !== undefined && { prepend_bos: prependBos }),
      ...(input.centre && { model_from_pretrained_kwargs: { center_writing_weights: true } }),
      ...metadata,
    },
  };
}

/** The embedding (layer −1) is the input of block 0. */
function hookName(layer: number | undefined): string {
  if (layer === undefined) throw new RangeError('an SAE that is written needs its layer');
  return layer < 0 ? 'blocks.0.hook_resid_pre' : `blocks.${layer}.hook_resid_post`;
}

async function writeWeights(file: string, sae: Sae): Promise<void> {
  const { features, width, activation } = sae;
  const { encoder, decoder, decoderBias } = unscaled(sae);
  const arrays: readonly (readonly [name: string, shape: readonly number[], data: Float32Array])[] = [
    ['W_enc', [width, features], transposed(encoder, features, width)],
    ['b_enc', [features], sae.encoderBias],
    ['W_dec', [features, width], decoder],
    ['b_dec', [width], decoderBias],
    ...(activation.kind === 'jumprelu' ? [['threshold', [features], activation.threshold] as const] : []),
  ];
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape, data] of arrays) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, (end += data.byteLength)] };
  }
  const text = Buffer.from(JSON.stringify(header));
  // Readers that map the file want the data on 8 bytes; the format allows spaces for it.
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(Buffer.concat([length, padded]));
    for (const [, , data] of arrays)
      await handle.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  } finally {
    await handle.close();
  }
}

/** Weights that take x itself instead of x · factor. */
function unscaled({
  encoder,
  decoder,
  decoderBias,
  input,
  features,
}: Sae): Pick<Sae, 'encoder' | 'decoder' | 'decoderBias'> {
  if (input.normalise.kind !== 'scale') return { encoder, decoder, decoderBias };
  const { factor } = input.normalise;
  const folded = {
    encoder: encoder.slice(),
    decoder: decoder.slice(),
    decoderBias: decoderBias.map((bias) => bias / factor),
  };
  scaleRows(folded.encoder, new Float32Array(features).fill(factor));
  scaleRows(folded.decoder, new Float32Array(features).fill(1 / factor));
  return folded;
}

import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../shared/errors';
import type { Sae, SaeFormat } from './sae';
import { missingTensor, requireFinite } from './tensors';
import type { Tensors } from './tensors';
import { readShaped, transposed } from './weights';

const WEIGHTS = 'params.npz';

/**
 * Gemma Scope: z = x·W_enc + b_enc, f = ReLU(z) where z > threshold, x̂ = f·W_dec + b_dec (Lieberum et al. 2024). The
 * archive does not say which layer it reads: the person does; nor which stream: its folder's name does.
 */
export const gemmaScope: SaeFormat = {
  format: 'gemma-scope',
  matches: async (path) => (await stat(fileOf(path)).catch(() => undefined))?.isFile() === true,
  read: async (path): Promise<Sae> => {
    const file = fileOf(path);
    if (/[\\/]embedding[\\/]/.test(resolve(file))) {
      throw new UserError(`${file} is an SAE on Gemma's embedding before its scaling`, 'Take one of a layer.');
    }
    const stream = otherStream(resolve(file));
    if (stream !== undefined) {
      throw new UserError(
        `${file} lies in ${stream.folder}: by that name it reads ${stream.what}, not the residual stream`,
        'Take one of a release for the residual stream (gemma-scope-…-res).',
      );
    }
    const tensors = await openArchive(file);
    const shape = tensors.names.includes('W_enc') ? tensors.shape('W_enc') : undefined;
    if (shape === undefined) throw missingTensor(file, 'W_enc', tensors.names);
    const [width, features] = shape;
    if (shape.length !== 2 || width === undefined || features === undefined || width * features === 0) {
      throw new UserError(
        `${file}: W_enc has shape [${shape.join(', ')}], not [width, features]`,
        'Get the SAE again.',
      );
    }
    if (!tensors.names.includes('threshold')) {
      throw new UserError(`${file} has no threshold, which a JumpReLU SAE needs`, 'Get the complete params.npz.');
    }
    return {
      path,
      format: 'gemma-scope',
      features,
      width,
      layer: undefined,
      encoder: transposed(await readShaped(tensors, 'W_enc', [width, features]), width, features),
      encoderBias: await readShaped(tensors, 'b_enc', [features]),
      decoder: await readShaped(tensors, 'W_dec', [features, width]),
      decoderBias: await readShaped(tensors, 'b_dec', [width]),
      activation: { kind: 'jumprelu', threshold: await readShaped(tensors, 'threshold', [features]) },
      input: { centre: false, normalise: { kind: 'none' }, subtractDecoderBias: false },
      trainedOn: {},
      files: [resolve(file)],
    };
  },
};

/** Folders above an archive that can name its release: its layer, width and sparsity, and Hugging Face's cache. */
const FOLDERS = 6;
const STREAMS: readonly (readonly [RegExp, string | undefined])[] = [
  [/(?:^|[-_.])(?:res|resid|residual)(?:$|[-_.])/i, undefined],
  [/(?:^|[-_.])transcoders?(?:$|[-_.])/i, 'an MLP’s input to give its output'],
  [/(?:^|[-_.])mlp(?:$|[-_.])/i, 'an MLP’s output'],
  [/(?:^|[-_.])(?:att|attn|attention)(?:$|[-_.])/i, 'attention heads'],
];

/** Which stream the nearest folder that names one says an archive reads, unless it is the residual one. */
function otherStream(file: string): { readonly folder: string; readonly what: string } | undefined {
  const folders = file.split(/[\\/]/).slice(0, -1);
  for (const folder of folders.slice(-FOLDERS).reverse()) {
    const named = STREAMS.find(([name]) => name.test(folder));
    if (named !== undefined) return named[1] === undefined ? undefined : { folder, what: named[1] };
  }
  return undefined;
}

function fileOf(path: string): string {
  return basename(path).endsWith('.npz') ? path : join(path, WEIGHTS);
}

/** Early releases write `w_enc` for `W_enc`. */
async function openArchive(file: string): Promise<Tensors> {
  const { openNpz } = await import('../formats/npz');
  const archive = await openNpz(file);
  const stored = new Map(archive.entries.map(({ name, shape }) => [name.replace(/^w_/, 'W_'), { name, shape }]));
  const find = (name: string) => {
    const entry = stored.get(name);
    if (entry === undefined) throw missingTensor(file, name, [...stored.keys()]);
    return entry;
  };
  return {
    file,
    names: [...stored.keys()],
    shape: (name) => find(name).shape,
    read: (name) => {
      const { data, shape } = archive.array(find(name).name);
      const values = data instanceof Float32Array ? data : Float32Array.from(data);
      requireFinite(values, shape, file, name);
      return Promise.resolve(values);
    },
  };
}

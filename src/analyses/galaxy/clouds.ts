import { basename } from 'node:path';
import { readDecoder } from '../../data/sae/decoder';
import { openSae } from '../../data/sae/open';
import { UserError } from '../../shared/errors';
import type { Progress } from '../../shared/progress';
import type { RunContext } from '../contract';
import { featuresOfTokens } from '../features/features';
import { warnOfSae } from '../sae/warnings';
import { sampleTokens } from './sample';
import type { GalaxySpec } from './spec';

/** Points whose shape is measured: f32 [count, width]. */
export interface Cloud {
  /** Decoder rows of an SAE, or a layer's activations. */
  readonly kind: 'features' | 'activations';
  /** −1 is the embedding; a number in the order of the files where they do not say. */
  readonly layer: number;
  readonly name: string;
  readonly rows: Float32Array;
  readonly width: number;
}

/** A cloud that is read when its turn comes, so that memory holds one. */
export interface CloudSource extends Pick<Cloud, 'kind' | 'layer' | 'name'> {
  read(): Promise<Pick<Cloud, 'rows' | 'width'>>;
}

/**
 * The clouds that a spec names, by layer, features before activations.
 * @throws UserError for files that hold no decoder, two SAEs of one layer, a layer that the model does not have
 */
export async function* cloudSources(
  spec: GalaxySpec,
  context: RunContext,
): AsyncGenerator<Progress, readonly CloudSource[]> {
  const decoders = (spec.decoder ?? []).map((path, i) => decoderSource(path, spec.layers?.[i] ?? i, context));
  const saes: CloudSource[] = [];
  for (const [i, path] of (spec.sae ?? []).entries()) {
    saes.push(await saeSource(path, i, spec.model, context));
    yield { phase: 'Reading SAEs', done: i + 1, total: spec.sae!.length, unit: 'SAEs' };
  }
  refuseTwins(saes);
  const activations = spec.model === undefined ? [] : yield* activationSources(spec, spec.model, context);
  return [...decoders, ...saes, ...activations].sort((a, b) => a.layer - b.layer);
}

function decoderSource(path: string, layer: number, context: RunContext): CloudSource {
  context.recordInput(path, 'decoder');
  return {
    kind: 'features',
    layer,
    name: basename(path),
    async read() {
      const { data, width } = await readDecoder(path);
      return { rows: data, width };
    },
  };
}

async function saeSource(
  path: string,
  index: number,
  model: string | undefined,
  context: RunContext,
): Promise<CloudSource> {
  const opened = await openSae(path);
  const { layer, files } = opened;
  warnOfSae(opened, model, context);
  for (const file of files) context.recordInput(file, 'sae');
  return {
    kind: 'features',
    layer: layer ?? index,
    name: basename(path),
    async read() {
      const { decoder, width } = await openSae(path);
      return { rows: decoder, width };
    },
  };
}

function refuseTwins(saes: readonly CloudSource[]): void {
  saes.forEach(({ layer, name }, i) => {
    const twin = saes.slice(0, i).find((other) => other.layer === layer);
    if (twin === undefined) return;
    throw new UserError(
      `${twin.name} and ${name} are both SAEs of layer ${layer}`,
      'Give one SAE per layer, and compare two of one layer in two runs.',
    );
  });
}

async function* activationSources(
  { documents = [], tokens, textColumn, layers }: GalaxySpec,
  path: string,
  context: RunContext,
): AsyncGenerator<Progress, readonly CloudSource[]> {
  yield { phase: 'Reading documents', done: 0, total: 1, unit: 'pass' };
  const model = await context.openModel(path);
  const beyond = layers?.find((layer) => layer >= model.description.layers);
  if (beyond !== undefined) {
    throw new UserError(
      `--layers: the model has no layer ${beyond}`,
      `Its layers are −1 (the embedding) to ${model.description.layers - 1}.`,
    );
  }
  const chosen = await sampleTokens({ documents, tokens, textColumn }, model, context);
  const options = layers === undefined ? {} : { layers };
  const features = yield* featuresOfTokens(chosen, path, options, context);
  await model.dispose();
  return features.layers.map((layer, index) => ({
    kind: 'activations' as const,
    layer,
    name: basename(path),
    read: async () => ({ rows: await features.layer(index), width: features.width }),
  }));
}

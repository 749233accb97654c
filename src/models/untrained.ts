import { createHash } from 'node:crypto';
import { access, open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../data/make-folder';
import { Random } from '../math/random';
import { Cancelled } from '../shared/errors';
import type { Progress } from '../shared/progress';
import type { ArchitectureModel, Parameter } from './architectures/architecture';
import type { Checkpoint } from './checkpoint';
import { readSafetensors } from './safetensors';
import { parametersOf } from './weights';

const VERSION = 2;
const CHUNK_ELEMENTS = 1 << 20;

export interface UntrainedOptions {
  readonly seed: number;
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * The same architecture with random weights, as Hugging Face initialises it before training: matrices and embeddings
 * normal with s.d. `initializer_range`, GPT-2's projections into the residual stream that over √(2·layers), norms one,
 * biases zero, the padding token's embedding zero. The weights are a function of config and seed, kept as float32 in the
 * cache folder.
 * @returns the checkpoint with its tensors exchanged
 */
export async function untrained(
  checkpoint: Checkpoint,
  model: ArchitectureModel,
  options: UntrainedOptions,
): Promise<Checkpoint> {
  const identity = JSON.stringify([VERSION, options.seed, checkpoint.config]);
  const hash = createHash('sha256').update(identity).digest('hex');
  const file = join(options.cacheFolder, 'untrained', hash, 'model.safetensors');
  const isMade = await access(file).then(
    () => true,
    () => false,
  );
  if (!isMade) await writeRandomWeights(file, checkpoint, model, options);
  const { tensors } = await readSafetensors(file);
  return { ...checkpoint, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), others: new Map() };
}

async function writeRandomWeights(
  file: string,
  checkpoint: Checkpoint,
  model: ArchitectureModel,
  options: UntrainedOptions,
): Promise<void> {
  await makeFolder(dirname(file));
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w');
  try {
    await writeParameters(handle, parametersOf(model, true), spreadOf(checkpoint, model), options);
    await handle.close();
    await rename(temporary, file);
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Standard deviations by kind of parameter; OPT and XGLM call theirs `init_std`. */
function spreadOf({ config }: Checkpoint, { sizes }: ArchitectureModel): Record<'normal' | 'residual', number> {
  const text = (config['text_config'] ?? config) as Checkpoint['config'];
  const range = [text['initializer_range'], text['init_std'], 0.02].find(
    (value) => typeof value === 'number',
  ) as number;
  return { normal: range, residual: range / Math.sqrt(2 * sizes.layers) };
}

async function writeParameters(
  handle: FileHandle,
  parameters: readonly Parameter[],
  spread: Record<'normal' | 'residual', number>,
  { seed, signal, onProgress }: UntrainedOptions,
): Promise<void> {
  await handle.write(headerOf(parameters));
  for (const [done, parameter] of parameters.entries()) {
    onProgress?.({ phase: 'Making random weights', done, total: parameters.length, unit: 'tensors' });
    const random = new Random(seed, `untrained/${parameter.name}`);
    const all = elements(parameter);
    for (let from = 0; from < all; from += CHUNK_ELEMENTS) {
      if (signal.aborted) throw new Cancelled();
      const values = draw(parameter, Math.min(all - from, CHUNK_ELEMENTS), random, spread);
      silenceRow(values, from, parameter);
      await handle.write(new Uint8Array(values.buffer));
    }
  }
}

function draw(
  { initial }: Parameter,
  count: number,
  random: Random,
  spread: Record<'normal' | 'residual', number>,
): Float32Array {
  const values = new Float32Array(count);
  if (initial === 'ones') values.fill(1);
  if (initial === 'normal' || initial === 'residual') {
    fillNormal(values, spread[initial], random);
  }
  return values;
}

/** Sets what `values`, elements `from`… of a matrix, hold of its zero row. */
function silenceRow(values: Float32Array, from: number, { shape, zeroRow }: Parameter): void {
  if (zeroRow === undefined) return;
  // PyTorch counts a negative row from the end.
  const start = (zeroRow < 0 ? shape[0]! + zeroRow : zeroRow) * shape[1]! - from;
  values.fill(0, Math.max(0, start), Math.max(0, start + shape[1]!));
}

/** Independent normal values of the given s.d. (Box & Muller 1958). */
function fillNormal(values: Float32Array, sd: number, random: Random): void {
  for (let i = 0; i < values.length; i += 2) {
    const radius = sd * Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = 2 * Math.PI * random.uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
}

function headerOf(parameters: readonly Parameter[]): Buffer {
  let at = 0;
  const fields: Record<string, unknown> = {};
  for (const parameter of parameters) {
    const end = at + elements(parameter) * 4;
    fields[parameter.name] = { dtype: 'F32', shape: parameter.shape, data_offsets: [at, end] };
    at = end;
  }
  const json = JSON.stringify(fields);
  // Blanks up to a multiple of eight keep the data aligned.
  const text = Buffer.from(json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text]);
}

function elements({ shape }: Parameter): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

import { createHash, randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../contract';
import { makeFolder } from '../../data/make-folder';
import type { TrainingState } from '../../math/sae-training/state';
import { decodeCurves, encodeCurves } from './curves';
import type { CurvePoint } from './curves';

const FILE = 'training.state';
const DIGEST_BYTES = 32;

/** What a training holds beside its weights. */
export interface Running {
  curves: CurvePoint[];
  /** Sums over the steps since the last point of the curves. */
  loss: number;
  auxiliary: number;
  l0: number;
  steps: number;
}

/** A running sum of nothing. */
export function nothingYet(): Running {
  return { curves: [], loss: 0, auxiliary: 0, l0: 0, steps: 0 };
}

/** Writes all that the next step depends on into the checkpoint's folder. It only saves time: nothing throws. */
export async function saveSnapshot({ folder }: Checkpoint, state: TrainingState, running: Running): Promise<void> {
  const { curves, loss, auxiliary, l0, steps } = running;
  const numbers = Float64Array.of(loss, auxiliary, l0, steps, ...encodeCurves(curves));
  const body = [Float64Array.of(numbers.length), numbers].map(bytesOf);
  const content = Buffer.concat([...body, state.serialise()]);
  const temporary = join(folder, `.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await makeFolder(folder);
    await writeFile(temporary, Buffer.concat([createHash('sha256').update(content).digest(), content]));
    await rename(temporary, join(folder, FILE));
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Takes a training up where it stopped. @returns nothing where there is nothing, or it is damaged */
export async function loadSnapshot({ folder }: Checkpoint, state: TrainingState): Promise<Running | undefined> {
  const file = await readFile(join(folder, FILE)).catch(() => undefined);
  if (file === undefined || file.length < DIGEST_BYTES + 8) return undefined;
  const content = file.subarray(DIGEST_BYTES);
  if (!createHash('sha256').update(content).digest().equals(file.subarray(0, DIGEST_BYTES))) return undefined;
  const length = content.readDoubleLE(0);
  const end = 8 + length * 8;
  const [loss, auxiliary, l0, steps, ...curves] = new Float64Array(Uint8Array.from(content.subarray(8, end)).buffer);
  if (!state.restore(content.subarray(end))) return undefined;
  return {
    curves: decodeCurves(Float64Array.from(curves)),
    loss: loss!,
    auxiliary: auxiliary!,
    l0: l0!,
    steps: steps!,
  };
}

function bytesOf(numbers: Float64Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

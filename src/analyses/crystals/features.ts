import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readNpyFile } from '../../data/npy-file';
import { fileProblem } from '../../data/files';
import type { Random } from '../../math/random';
import { UserError } from '../../shared/errors';
import { parseDetails } from '../../shared/point-details';

/** Tokens that stand for a feature. */
const TOKENS = 3;

/** Rows of a decoder that are all 0 have no direction. @returns indices of the others */
export function liveFeatures(decoder: Float32Array, width: number): Int32Array {
  return Int32Array.from({ length: decoder.length / width }, (_, i) => i).filter((i) =>
    decoder.subarray(i * width, (i + 1) * width).some((value) => value !== 0),
  );
}

/** `count` features at random, ascending; all where there are no more. */
export function randomFeatures(live: Int32Array, count: number, random: Random): Int32Array {
  if (live.length <= count) return live;
  return random
    .sample(live.length, count)
    .map((i) => live[i]!)
    .sort();
}

/**
 * The features of one lobe that fire most often, ascending.
 * @param folder a result of `lobes`
 * @throws UserError for another kind of folder, a decoder of another size, or an empty lobe
 */
export async function lobeFeatures(
  folder: string,
  lobe: number,
  live: Int32Array,
  features: number,
  count: number,
): Promise<Int32Array> {
  const { data: labels } = await readNpyFile(join(folder, 'labels.npy'));
  if (labels.length !== features) {
    throw new UserError(
      `${folder} has lobes of ${labels.length} features, the decoder has ${features}`,
      'Give the lobes of the same sparse autoencoder.',
    );
  }
  const rates = await ratesOf(folder, features);
  const own = live.filter((i) => labels[i] === lobe);
  if (own.length < 4) {
    const most = Array.from(labels).reduce((max, label) => Math.max(max, label), -1);
    throw new UserError(`--lobe ${lobe} of ${folder} has ${own.length} features`, `Choose one from 0 to ${most}.`);
  }
  return own
    .toSorted((a, b) => rates[b]! - rates[a]!)
    .slice(0, count)
    .sort();
}

async function ratesOf(folder: string, features: number): Promise<ArrayLike<number>> {
  // Lobes that were made from counts alone have no rates: then the first features count.
  const read = await readNpyFile(join(folder, 'firingRate.npy')).catch(() => undefined);
  return read?.data ?? new Float32Array(features);
}

/** Tokens on which some features fire most, from a lobes result. Features without contexts are left out. */
export async function tokensOf(folder: string, features: ReadonlySet<number>): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  try {
    const lines = createInterface({ input: createReadStream(join(folder, 'features.jsonl')), crlfDelay: Infinity });
    let feature = 0;
    for await (const line of lines) {
      if (features.has(feature)) {
        const tokens = new Set((parseDetails(line)?.contexts ?? []).map(({ token }) => token));
        if (tokens.size > 0) found[feature] = [...tokens].slice(0, TOKENS);
      }
      feature += 1;
    }
  } catch (error) {
    throw fileProblem(join(folder, 'features.jsonl'), error);
  }
  return found;
}

import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileProblem, isFolder } from '../../data/files';
import { readNpyFile } from '../../data/npy-file';
import { readJson } from '../../data/tasks/json-file';
import type { Random } from '../../math/random';
import { UserError } from '../../shared/errors';
import { parseDetails } from '../../shared/point-details';
import { resultSchema } from '../../shared/result';
import { count as grouped } from '../../shared/words';

/** Features without which there are too few differences to cluster. */
export const LEAST_FEATURES = 8;
/** Tokens that stand for a feature. */
const TOKENS = 3;
const REMEDY = 'Give the result folder of brainlens lobes.';

/** What `lobes` found of an autoencoder's features. */
export interface LobesResult {
  readonly folder: string;
  /** Files that were read. */
  readonly files: readonly string[];
  /** Lobe of every feature; −1: left out. */
  readonly labels: Int32Array;
  /** Share of blocks in which every feature fired. */
  readonly rates: Float32Array;
}

/** Rows of a decoder that are all 0 have no direction. @returns indices of the others */
export function liveFeatures(decoder: Float32Array, width: number): Int32Array {
  return Int32Array.from({ length: decoder.length / width }, (_, i) => i).filter((i) =>
    decoder.subarray(i * width, (i + 1) * width).some((value) => value !== 0),
  );
}

/** `count` features at random, ascending; all where there are no more. */
export function randomFeatures(from: Int32Array, count: number, random: Random): Int32Array {
  if (from.length <= count) return from;
  return random
    .sample(from.length, count)
    .map((i) => from[i]!)
    .sort();
}

/** The `count` features that fire in most blocks, ascending; of equals the first. */
export function mostActive(from: Int32Array, count: number, { rates }: LobesResult): Int32Array {
  return from
    .toSorted((a, b) => rates[b]! - rates[a]! || a - b)
    .slice(0, count)
    .sort();
}

/**
 * Reads lobes and firing rates.
 * @param path a result of `lobes`, or its `result.json`
 * @param features of the decoder
 * @throws UserError for another kind of folder, or lobes of another number of features
 */
export async function readLobes(path: string, features: number): Promise<LobesResult> {
  const folder = folderOf(path);
  if (!(await isFolder(folder))) throw new UserError(`${path} is not a result folder`, REMEDY);
  const file = join(folder, 'result.json');
  const parsed = resultSchema.safeParse(await readJson(file, 'a result'));
  if (!parsed.success) throw new UserError(`${file} is not a Brainlens result`, REMEDY);
  const { schema } = parsed.data;
  if (!schema.startsWith('brainlens/lobes@')) throw new UserError(`${folder} holds a result of ${schema}`, REMEDY);
  const arrays = ['labels.npy', 'firingRate.npy'].map((name) => join(folder, name));
  const [labels, rates] = await Promise.all(arrays.map(readNpyFile));
  for (const { data } of [labels!, rates!]) {
    if (data.length === features) continue;
    throw new UserError(
      `${folder} has lobes of ${grouped(data.length)} features, the decoder has ${grouped(features)}`,
      'Give the lobes of the same sparse autoencoder.',
    );
  }
  return {
    folder,
    files: [file, ...arrays],
    labels: Int32Array.from(labels!.data),
    rates: Float32Array.from(rates!.data),
  };
}

/**
 * Those of some features that lie in a lobe, or that fired at all where none is named.
 * @throws UserError for fewer than eight
 */
export function featuresOfLobe(
  { folder, labels }: LobesResult,
  lobe: number | undefined,
  live: Int32Array,
): Int32Array {
  const own = live.filter((i) => (lobe === undefined ? labels[i]! >= 0 : labels[i] === lobe));
  if (own.length >= LEAST_FEATURES) return own;
  if (lobe === undefined) throw new UserError(`${folder} has ${own.length} features in lobes`, REMEDY);
  const most = labels.reduce((max, label) => Math.max(max, label), -1);
  throw new UserError(
    `--lobe ${lobe} of ${folder} has ${own.length} features`,
    `Choose one from 0 to ${most} that has ${LEAST_FEATURES} or more.`,
  );
}

/**
 * Tokens on which some features fire most. Features without contexts are left out.
 * @param result as for `readLobes`
 */
export async function tokensOf(result: string, features: ReadonlySet<number>): Promise<Record<string, string[]>> {
  const path = join(folderOf(result), 'features.jsonl');
  const found: Record<string, string[]> = {};
  try {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
    let feature = 0;
    for await (const line of lines) {
      if (features.has(feature)) {
        const tokens = new Set((parseDetails(line)?.contexts ?? []).map(({ token }) => token));
        if (tokens.size > 0) found[feature] = [...tokens].slice(0, TOKENS);
      }
      feature += 1;
    }
  } catch (error) {
    throw fileProblem(path, error);
  }
  return found;
}

function folderOf(path: string): string {
  return basename(path) === 'result.json' ? join(path, '..') : path;
}

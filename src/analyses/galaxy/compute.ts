import { Gemm } from '../../math/gemm';
import { Random } from '../../math/random';
import type { AnalysisResult } from '../../shared/analysis';
import { UserError } from '../../shared/errors';
import { formatBytes } from '../../shared/progress';
import type { Progress } from '../../shared/progress';
import { count as grouped } from '../../shared/words';
import type { RunContext } from '../contract';
import { cloudSources } from './clouds';
import type { Cloud, CloudSource } from './clouds';
import { measureCloud } from './measure';
import type { Measured } from './measure';
import { describe, describeAll } from './names';
import type { CloudFields, GalaxyFields } from './result';
import type { GalaxySpec } from './spec';

/** Points of a layer that are drawn in three dimensions. */
const DRAWN = 1500;
const AXES = 3;

/**
 * The large-scale shape of SAE features or activations, layer by layer (Li et al. 2024, galaxy scale; definitions):
 * power law of the covariance's eigenvalues, volume, k-nearest-neighbour entropies and what of them a Gaussian cloud has.
 * @returns arrays `eigenvalues` f64 [layers, min(width, points − 1)], `reference` f64 [layers, ≤ 100], and for the
 *   picture `cloud` f32 [layers, points, 3], `cloudIds` i32 [layers, points], `cloudDistances` f32 [layers, points]; clouds
 *   of fewer points end in NaN and −1
 * @throws UserError for inputs that hold no clouds, clouds of different widths or with too few points; Cancelled
 */
export async function* measureGalaxy(spec: GalaxySpec, context: RunContext): AsyncGenerator<Progress, AnalysisResult> {
  const sources = yield* cloudSources(spec, context);
  const gemm = new Gemm(context.threads);
  try {
    const measured: Measured[] = [];
    const caveats = new Map<string, CloudSource[]>();
    for (const [index, source] of sources.entries()) {
      const cloud = { ...source, ...(await source.read()) };
      check(cloud, sources[0]!, measured[0]?.fields, spec, context);
      const random = new Random(context.seed, `galaxy/${source.kind}/${source.layer}`);
      const { signal } = context;
      const warn = (caveat: string): void => {
        caveats.set(caveat, [...(caveats.get(caveat) ?? []), source]);
      };
      const steps = measureCloud(cloud, { spec, gemm, random, signal, warn });
      measured.push(yield* counted(steps, index, sources));
    }
    caveats.forEach((of, caveat) => context.warn(`${describeAll(of)}: ${caveat}`));
    return resultOf(spec, measured, context.seed);
  } finally {
    await gemm.dispose();
  }
}

/** Says which of several clouds is measured. */
async function* counted<T>(
  steps: AsyncGenerator<Progress, T>,
  index: number,
  sources: readonly CloudSource[],
): AsyncGenerator<Progress, T> {
  const which = sources.length === 1 ? '' : ` (${describe(sources[index]!)}, ${index + 1} of ${sources.length})`;
  for (;;) {
    const step = await steps.next();
    if (step.done === true) return step.value;
    yield { ...step.value, phase: `${step.value.phase}${which}` };
  }
}

const LEAST_POINTS = 20;

function check(
  cloud: Cloud,
  first: CloudSource,
  before: CloudFields | undefined,
  { neighbour, resamples, maxPoints }: GalaxySpec,
  context: RunContext,
): void {
  const points = cloud.rows.length / cloud.width;
  const what = `${cloud.name} (${describe(cloud)})`;
  if (points < LEAST_POINTS) {
    throw new UserError(`${what} has ${points} points`, `A cloud needs ${LEAST_POINTS} or more.`);
  }
  const fewest = Math.floor(Math.min(points, maxPoints) / (resamples === 0 ? 1 : 2));
  if (fewest <= neighbour) {
    const where = resamples === 0 ? 'points' : 'points in half of it';
    throw new UserError(
      `--neighbour ${neighbour}: ${what} has ${fewest} ${where}`,
      `Ask for ${fewest - 1} at most${resamples === 0 ? '' : ', or for no intervals (--resamples 0)'}.`,
    );
  }
  if (before !== undefined && before.width !== cloud.width) {
    throw new UserError(
      `${what} is ${cloud.width} wide and ${first.name} ${before.width}`,
      'Measure layers of one model together, others in runs of their own.',
    );
  }
  const bad = cloud.rows.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `row ${Math.floor(bad / cloud.width)}, column ${bad % cloud.width}`;
    throw new UserError(`${what} holds ${cloud.rows[bad]} at ${place}`, 'Remove or mend that row.');
  }
  if (cloud.rows.every((value, i) => value === cloud.rows[i % cloud.width])) {
    throw new UserError(`${what} is one point ${grouped(points)} times`, 'A cloud needs points that differ.');
  }
  const needed = memoryNeeded(points, cloud.width);
  if (needed > context.memory) {
    throw new UserError(
      `${what} needs about ${formatBytes(needed)} and the budget is ${formatBytes(context.memory)}`,
      'Raise --memory.',
    );
  }
}

/** Rows in float32, eight products of groups of them, and the covariance with its reduction. */
function memoryNeeded(points: number, width: number): number {
  return points * width * 4 + 20 * width * width * 8 + 2 ** 28;
}

function resultOf(spec: GalaxySpec, measured: readonly Measured[], seed: number): AnalysisResult {
  const fields: GalaxyFields = {
    neighbour: spec.neighbour,
    resamples: spec.resamples,
    layers: measured.map(({ fields: layer }) => layer),
  };
  const spectra = measured.map(({ eigenvalues, fields: { points } }) => eigenvalues.subarray(0, points - 1));
  const drawn = Math.min(DRAWN, Math.max(...measured.map(({ projection }) => projection.count)));
  const pictures = measured.map((one) => picture(one, drawn, seed));
  const shape = [measured.length, drawn];
  return {
    fields: { ...fields },
    arrays: {
      eigenvalues: table(spectra),
      reference: table(measured.map(({ reference }) => reference)),
      cloud: { data: joined(pictures.map(({ points }) => points)), shape: [...shape, AXES] },
      cloudDistances: { data: joined(pictures.map(({ distances }) => distances)), shape },
      cloudIds: { data: Int32Array.from(pictures.flatMap(({ ids }) => Array.from(ids))), shape },
    },
  };
}

/** Rows of one length: shorter ones end in NaN. */
function table(rows: readonly Float64Array[]): { data: Float64Array; shape: number[] } {
  const columns = Math.max(...rows.map(({ length }) => length));
  const data = new Float64Array(rows.length * columns).fill(NaN);
  rows.forEach((row, i) => data.set(row, i * columns));
  return { data, shape: [rows.length, columns] };
}

/** Some points in their first three components; of a cloud with fewer, −1 and NaN stand behind them. */
function picture(
  { projection: { points, count, eigenvalues }, chosen, distances, fields }: Measured,
  drawn: number,
  seed: number,
): { readonly points: Float32Array; readonly distances: Float32Array; readonly ids: Int32Array } {
  const d = eigenvalues.length;
  const own = Math.min(drawn, count);
  const places = new Random(seed, `galaxy/picture/${fields.layer}`).sample(count, own).sort();
  const some = new Float32Array(drawn * AXES).fill(NaN, own * AXES);
  places.forEach((at, i) => some.set(points.subarray(at * d, at * d + Math.min(AXES, d)), i * AXES));
  const ids = new Int32Array(drawn).fill(-1);
  const near = new Float32Array(drawn).fill(NaN);
  places.forEach((at, i) => {
    ids[i] = chosen?.[at] ?? at;
    near[i] = distances[at]!;
  });
  return { points: some, distances: near, ids };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => {
    all.set(part, at);
    return at + part.length;
  }, 0);
  return all;
}

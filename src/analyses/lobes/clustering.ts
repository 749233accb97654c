import { affinityMatrix } from '../../math/clustering/affinities';
import { angularMatrix } from '../../math/clustering/angular';
import { spectralClusters } from '../../math/clustering/spectral';
import type { SymmetricMatrix } from '../../math/clustering/symmetric';
import type { Progress } from '../../shared/progress';
import type { Counting } from './counting';
import type { Kept } from './kept';
import { roomForAffinities } from './memory';
import { AFFINITY_TITLES } from './names';
import { affinitiesOf } from './spec';
import type { AffinityName } from './spec';
import type { Work } from './work';

/** Lobes of the kept features. */
export interface Labelling {
  readonly lobes: number;
  /** i32 [kept]: 0 is the largest lobe. */
  readonly labels: Int32Array;
  /** f64 [lobes]: the smallest of the normalised Laplacian, ascending. */
  readonly eigenvalues: Float64Array;
  /** Features without any neighbour. */
  readonly isolated: number;
  /** Largest ‖Lv − λv‖ of the eigenvectors. */
  readonly residual: number;
}

export interface AffinityLabelling extends Labelling {
  readonly affinity: AffinityName;
}

/** Lobes by every affinity and number asked for, the main affinity first; what a cancelled run has made is taken up. */
export async function* affinityLobes(
  work: Work,
  counting: Counting,
  kept: Kept,
): AsyncGenerator<Progress, readonly AffinityLabelling[]> {
  const made: AffinityLabelling[] = [];
  for (const affinity of affinitiesOf(work.spec)) {
    const found = yield* lobesOf(work, affinity, `Lobes by ${AFFINITY_TITLES[affinity]}`, async function* () {
      return affinityMatrix(yield* counting.cooccurrence(), kept.features, affinity);
    });
    made.push(...found.map((labelling) => ({ ...labelling, affinity })));
  }
  return made;
}

/** Lobes by the angles between decoder rows, of every number asked for. */
export async function* geometryLobes(work: Work, kept: Kept): AsyncGenerator<Progress, readonly Labelling[]> {
  const { decoder, width } = work.source;
  return yield* lobesOf(work, 'geometry', 'Lobes by geometry', async function* () {
    yield { phase: 'Lobes by geometry', done: 0, total: 1, unit: 'matrices' };
    return angularMatrix(decoder, width, kept.features, work.gemm);
  });
}

async function* lobesOf(
  work: Work,
  name: string,
  phase: string,
  matrix: () => AsyncGenerator<Progress, SymmetricMatrix>,
): AsyncGenerator<Progress, readonly Labelling[]> {
  const { spec, checkpoint, context, gemm } = work;
  const known = await Promise.all(spec.lobes.map((lobes) => checkpoint.read(`lobes/${name}/${lobes}`)));
  if (known.every((data) => data !== undefined)) {
    return known.map((data, i) => decode(data, spec.lobes[i]!));
  }
  const steps = spectralClusters(yield* matrix(), spec.lobes, {
    gemm,
    random: work.random(`lobes/${name}`),
    signal: context.signal,
    memory: roomForAffinities(work.source, work.context.memory),
  });
  let step = await steps.next();
  for (; step.done !== true; step = await steps.next()) {
    yield { ...step.value, phase: `${phase}: ${step.value.phase.toLowerCase()}` };
  }
  const { labels, eigenvalues, isolated, residual } = step.value;
  const made = spec.lobes.map((lobes, i) => ({
    lobes,
    labels: bySize(labels[i]!, lobes),
    eigenvalues: eigenvalues.slice(0, lobes),
    isolated,
    residual,
  }));
  for (const labelling of made) await checkpoint.write(`lobes/${name}/${labelling.lobes}`, encode(labelling));
  return made;
}

function encode({ isolated, residual, eigenvalues, labels }: Labelling): Float64Array {
  return Float64Array.from([isolated, residual, ...eigenvalues, ...labels]);
}

function decode(data: Float64Array, lobes: number): Labelling {
  return {
    lobes,
    isolated: data[0]!,
    residual: data[1]!,
    eigenvalues: data.slice(2, lobes + 2),
    labels: Int32Array.from(data.subarray(lobes + 2)),
  };
}

/** Renumbered from the largest cluster to the smallest; of equals, the one with the lower first member goes first. */
export function bySize(labels: Int32Array, clusters: number): Int32Array {
  const sizes = sizesOf(labels, clusters);
  const first = sizes.map((_, cluster) => labels.indexOf(cluster));
  const order = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || first[a]! - first[b]!);
  const numbers = new Int32Array(clusters);
  order.forEach((cluster, number) => (numbers[cluster] = number));
  return labels.map((label) => numbers[label]!);
}

/** Members of every cluster. */
export function sizesOf(labels: Int32Array, clusters: number): number[] {
  const sizes = new Array<number>(clusters).fill(0);
  for (const label of labels) if (label >= 0) sizes[label]! += 1;
  return sizes;
}

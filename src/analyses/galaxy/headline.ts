import { number } from '../../shared/words';
import { describe, describeAll } from './names';
import type { CloudFields } from './result';

/** p of the null from which a cloud is more clustered than Gaussian clouds. */
const LEVEL = 0.05;

/** What the clustering entropies of some clouds come to, in a clause: which cloud is clustered, if any, and which are unknown. */
export function clusteringHeadline(clouds: readonly CloudFields[]): string {
  return clouds.length === 1 ? ofOne(clouds[0]!) : ofSeveral(clouds);
}

function ofOne(cloud: CloudFields): string {
  const { clusteringEntropy: value } = cloud;
  if (!Number.isFinite(value)) return `clustering entropy ${unknown(cloud)}`;
  if (isClustered(cloud)) return `clustering entropy ${nats(value)} beyond Gaussian clouds${tooFewDraws(cloud)}`;
  return `clustering entropy ${nats(value)}: not more clustered than Gaussian clouds (p = ${number(cloud.null.p, 2)})`;
}

function ofSeveral(clouds: readonly CloudFields[]): string {
  const measured = clouds.filter(({ clusteringEntropy }) => Number.isFinite(clusteringEntropy));
  const left = clouds.filter((cloud) => !measured.includes(cloud));
  if (measured.length === 0) return `clustering entropy ${unknown(clouds[0]!)}`;
  const beside = left.length === 0 ? '' : `; entropy of ${describeAll(left)} ${unknown(left[0]!)}`;
  const clustered = measured.filter(isClustered);
  if (clustered.length === 0) return `none more clustered than Gaussian clouds${beside}`;
  const most = clustered.reduce((a, b) => (b.clusteringEntropy > a.clusteringEntropy ? b : a));
  const by = `${nats(most.clusteringEntropy)} beyond Gaussian clouds${tooFewDraws(most)}`;
  return `most clustered ${describe(most)} (${by})${beside}`;
}

/** Above its null, and in its upper tail as far as so few draws can tell. */
function isClustered({ clusteringEntropy, null: { p, draws } }: CloudFields): boolean {
  return clusteringEntropy > 0 && p <= Math.max(LEVEL, smallestP(draws));
}

function tooFewDraws({ null: { draws } }: CloudFields): string {
  const least = smallestP(draws);
  return least <= LEVEL ? '' : `; p cannot fall below ${number(least, 2)} with ${draws} draws`;
}

function smallestP(draws: number): number {
  return 1 / (1 + draws);
}

function unknown({ clusteringEntropy }: CloudFields): string {
  return Number.isNaN(clusteringEntropy) ? 'not known without a null' : 'not known where points coincide';
}

function nats(value: number): string {
  return `${value.toFixed(1)} nats`;
}

import type { AnalysisResult } from '../../shared/analysis';

/** Mean and standard deviation (ddof 0) over the draws of a null. */
export interface NullSpread {
  readonly mean: number;
  readonly sd: number;
}

/** Ends of a 95 % interval. */
export type Interval = readonly [number, number];

/** The shape of one cloud; entropies in nats. */
export interface CloudFields {
  readonly layer: number;
  readonly kind: 'features' | 'activations';
  readonly name: string;
  readonly points: number;
  readonly width: number;
  /** log₁₀ λ against log₁₀ rank over ranks 1…100, its standard error and ends of the range. */
  readonly slope: number;
  readonly slopeError: number;
  readonly intercept: number;
  readonly ranks: Interval;
  /** The same over ranks 11…150. */
  readonly slopePaperCode: number;
  readonly slopePaperCodeError: number;
  readonly logVolume: number;
  readonly logVolumePaperCode: number;
  /** Points and principal components that entropies were measured with. */
  readonly entropyPoints: number;
  readonly components: number;
  /** Kozachenko–Leonenko. */
  readonly entropy: number;
  readonly entropyPaperCode: number;
  readonly gaussianEntropy: number;
  /** gaussianEntropy − entropy. */
  readonly clusteringEntropyRaw: number;
  /** The raw value minus the mean of Gaussian clouds of equal covariance; NaN without them. */
  readonly clusteringEntropy: number;
  readonly null: {
    readonly draws: number;
    readonly slope: NullSpread;
    readonly clusteringEntropy: NullSpread;
    /** One-sided: (1 + #{null ≥ value}) / (1 + draws). */
    readonly p: number;
  };
  /** Delete-half jackknife; absent without resamples. */
  readonly intervals?: {
    readonly slope: Interval;
    readonly logVolume: Interval;
    readonly clusteringEntropy: Interval;
  };
}

/** The small numbers of a measurement. */
export interface GalaxyFields {
  readonly neighbour: number;
  readonly resamples: number;
  readonly layers: readonly CloudFields[];
}

/** The fields of a result that this analysis made. */
export function fieldsOf(result: AnalysisResult): GalaxyFields {
  return result.fields as unknown as GalaxyFields;
}

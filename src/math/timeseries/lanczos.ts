/**
 * Lanczos downsampling of word features into scans, as the encoding models of Huth et al. 2016 (lanczosinterp2D of their
 * public code) do it: the sum of features under a windowed sinc, so that what varies faster than the scans can show is
 * filtered out.
 */

/** Lobes of the window on either side. */
const LOBES = 3;

/** When words were heard or read: seconds on the clock of their run. */
export interface WordTimes {
  /** Index into the spans of the scans. */
  readonly run: Int32Array;
  /** Midpoint of every word. */
  readonly middle: Float64Array;
}

/** When scans were taken: each run's scan i spans i·step…(i+1)·step of its clock, and stands for its middle. */
export interface ScanTimes {
  readonly runs: readonly { readonly start: number; readonly length: number }[];
  readonly rows: number;
  /** Seconds: TR. */
  readonly step: number;
}

/**
 * The Lanczos kernel at time t: sinc(2·f·t)·sinc(2·f·t/3) for |2·f·t| ≤ 3, else 0, with sinc(x) = sin(πx)/(πx). With
 * the cutoff f = 1/(2·TR) it falls to its first zero one TR away. lanczosfun of the public code is this one with
 * `cutoff` = 1/TR = 2f.
 * @param cutoff f in Hz
 */
export function lanczos(t: number, cutoff: number): number {
  const x = 2 * cutoff * t;
  if (x === 0) return 1;
  if (Math.abs(x) > LOBES) return 0;
  return (LOBES * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / LOBES)) / (Math.PI * Math.PI * x * x);
}

/**
 * Features of scans: scan i of a run is Σ over the run's words of lanczos(its middle − word's middle)·features, summed
 * in float64. Not divided by the weights: many words make a large sum, as in the public code.
 * @param features f32 [words, width]
 * @returns f32 [scans.rows, width]; a scan without words near it is zero
 */
export function downsample(features: Float32Array, width: number, words: WordTimes, scans: ScanTimes): Float32Array {
  const out = new Float32Array(scans.rows * width);
  const sum = new Float64Array(width);
  const reach = LOBES * scans.step;
  scans.runs.forEach(({ start, length }, run) => {
    const inRun = Array.from(words.run.keys()).filter((word) => words.run[word] === run);
    for (let scan = 0; scan < length; scan += 1) {
      const middle = (scan + 0.5) * scans.step;
      sum.fill(0);
      for (const word of inRun) {
        const t = middle - words.middle[word]!;
        if (Math.abs(t) > reach) continue;
        const weight = lanczos(t, 1 / (2 * scans.step));
        for (let j = 0; j < width; j += 1) sum[j]! += weight * features[word * width + j]!;
      }
      out.set(sum, (start + scan) * width);
    }
  });
  return out;
}

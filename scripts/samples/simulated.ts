import { Random } from '../../src/math/random';
import { mean, standardDeviation } from '../../src/math/statistics';

/** Features of every sentence: f32 [sentences, layers, width]. */
export interface ModelFeatures {
  readonly data: Float32Array;
  readonly layers: number;
  readonly width: number;
  /** Folder name of the model. */
  readonly model: string;
}

/** Depths that each subject's units read out: half of them lie at three quarters. */
const DEPTHS = [0.25, 0.5, 0.5, 0.75, 0.75, 0.75, 0.75, 1];
const SUBJECTS = ['s1', 's2', 's3'];
/** Consecutive sentences that count as one passage. */
const PASSAGE = 10;
/** Shares of a unit's variance that come from its layer. */
const LEAST_SIGNAL = 0.6;
const MOST_SIGNAL = 0.9;

/**
 * A made-up dataset whose every unit reads out one known layer: a random linear combination of the layer's z-scored
 * features, plus white noise. The ceiling is the correlation of response and signal. Units of later layers lie further
 * forward.
 * @returns file name → content, always the same for the same features and seed
 */
export function simulatedFiles(sentences: readonly string[], features: ModelFeatures, seed = 0): Map<string, string> {
  const random = new Random(seed, 'simulated');
  const units: string[] = ['subject,unit,x,y,z,ceiling,planted_layer,distance_mm,region'];
  const columns: { subject: string; unit: string; values: Float64Array }[] = [];
  for (const subject of SUBJECTS) {
    for (const [i, wanted] of DEPTHS.entries()) {
      const layer = Math.max(0, Math.round(wanted * features.layers) - 1);
      const readouts = zscoredLayer(features, sentences.length, layer);
      const unit = `u${i + 1}`;
      const stream = random.fork(`${subject}/${unit}`);
      const share = LEAST_SIGNAL + (MOST_SIGNAL - LEAST_SIGNAL) * stream.uniform();
      columns.push({ subject, unit, values: response(readouts, features.width, share, stream) });
      const depth = (layer + 1) / features.layers;
      const place = [-48 + 6 * normal(stream), -60 + 90 * depth + 4 * normal(stream), 4 + 8 * normal(stream)];
      const distance = 60 * depth + 4 * normal(stream);
        units.push(
          [
            subject,
            unit,
            ...place.map((value) => value.toFixed(1)),
            Math.sqrt(share).toFixed(3),
            layer,
            Math.abs(distance).toFixed(1),
            depth <= 0.5 ? 'posterior' : 'anterior',
          ].join(','),
        );
    }
  }
  const rows = sentences.map((sentence, i) => `${i + 1},${Math.floor(i / PASSAGE) + 1},${quoted(sentence)}`);
  const responses = columns.flatMap(({ subject, unit, values }) =>
    Array.from(values, (value, i) => `${i + 1},${subject},${unit},${value.toFixed(3)}`),
  );
  return new Map([
    ['dataset.yaml', manifest(features.model)],
    ['sentences.csv', lines(['item,passage,sentence', ...rows])],
    ['responses.csv', lines(['item,subject,unit,value', ...responses])],
    ['units.csv', lines(units)],
  ]);
}

function manifest(model: string): string {
  return `# Made by: node scripts/samples/simulate.mjs. No brain was recorded: every unit reads out one layer of the
# model ${model}, plus noise; units.csv says which layer (planted_layer).
name: Simulated recordings of ${model}
simulated: true
stimuli: { file: sentences.csv, text: sentence, id: item, group: passage }
responses: { file: responses.csv, id: item, unit: unit, value: value, subject: subject }
units: { file: units.csv, id: unit, subject: subject, x: x, y: y, z: z, covariates: [planted_layer, distance_mm], labels: [region] }
ceiling: { file: units.csv, id: unit, subject: subject, value: ceiling, kind: ceiling }
granularity: sentence
`;
}

/** f64 [sentences, width], every column with mean 0 and s.d. 1; constant columns 0. */
function zscoredLayer({ data, layers, width }: ModelFeatures, rows: number, layer: number): Float64Array {
  const out = new Float64Array(rows * width);
  for (let j = 0; j < width; j += 1) {
    const column = Float64Array.from({ length: rows }, (_, i) => data[(i * layers + layer) * width + j]!);
    const [centre, deviation] = [mean(column), standardDeviation(column, 0)];
    for (let i = 0; i < rows; i += 1) out[i * width + j] = deviation > 0 ? (column[i]! - centre) / deviation : 0;
  }
  return out;
}

/** √share · signal + √(1 − share) · noise, both of variance 1. */
function response(readouts: Float64Array, width: number, share: number, random: Random): Float64Array {
  const weights = Float64Array.from({ length: width }, () => normal(random));
  const rows = readouts.length / width;
  const signal = Float64Array.from({ length: rows }, (_, i) =>
    weights.reduce((sum, weight, j) => sum + weight * readouts[i * width + j]!, 0),
  );
  const [centre, deviation] = [mean(signal), standardDeviation(signal, 0)];
  return signal.map(
    (value) => Math.sqrt(share) * ((value - centre) / deviation) + Math.sqrt(1 - share) * normal(random),
  );
}

/** Box–Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
}

function quoted(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function lines(rows: readonly string[]): string {
  return `${rows.join('\n')}\n`;
}

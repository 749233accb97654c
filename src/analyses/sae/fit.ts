import type { FeatureActivations, Sae } from '../../data/sae/sae';
import type { SaeEncoder } from '../../models/sae/encoder';
import type { Transformer } from '../../models/transformer';
import type { Progress } from '../../shared/progress';
import { encodeRows, layerRows } from './rows';
import type { TokenGroup } from './token-groups';

/** How well an SAE describes a layer on some text. */
export interface SaeFit {
  /** Tokens measured. */
  readonly tokens: number;
  /** 1 − Σ‖x − x̂‖² / Σ‖x − mean‖², over all tokens measured. */
  readonly varianceExplained: number;
  /** The same without the first token of a sequence, whose norm can exceed all others by far (an attention sink). */
  readonly varianceExplainedWithoutFirst: number;
  /** Features active (> 0) on a token, on average. */
  readonly l0: number;
  /** Mean of (x − x̂)² over tokens and units. */
  readonly meanSquaredError: number;
  /** Share of the features that were active on none of the tokens measured. */
  readonly deadShare: number;
}

/** Tokens that a fit is measured on, by default. */
export const FIT_TOKENS = 16_384;
/** Below it the SAE says little about this text. */
const LOW = 0.5;
/** Difference that first tokens make, above which they are no tokens like the others. */
const APART = 0.1;

export interface FitRequest {
  readonly model: Transformer;
  readonly sae: Pick<Sae, 'features' | 'width'>;
  readonly encoder: SaeEncoder;
  readonly layer: number;
  /** Read as far as needed. */
  readonly groups: AsyncIterable<TokenGroup>;
  /** Counted tokens to measure at most (default 16,384). */
  readonly tokens?: number | undefined;
  readonly signal: AbortSignal;
}

/** Measures an SAE on the first tokens of a text. All values are NaN where it has none. */
export async function* measureFit(request: FitRequest): AsyncGenerator<Progress, SaeFit> {
  const { model, sae, encoder, layer, groups, tokens: most = FIT_TOKENS, signal } = request;
  const meter = new FitMeter(sae.features, sae.width);
  for await (const group of groups) {
    let room = most - meter.tokens;
    const sequences = group.sequences
      .map(({ ids, first, end }) => {
        const taken = Math.min(end - first, Math.max(0, room));
        room -= taken;
        return { ids, first, end: first + taken };
      })
      .filter(({ first, end }) => end > first);
    const rows = layerRows(model, layer, sequences, signal);
    let step = await rows.next();
    for (; step.done !== true; step = await rows.next())
      yield { phase: 'Fit of the SAE', done: meter.tokens, total: most, unit: 'tokens' };
    const sinks = firstTokens(sequences);
    for await (const { first, count, x, activations } of encodeRows(encoder, sae, step.value)) {
      meter.add(x, await encoder.decode(activations, x), activations, sinks.subarray(first, first + count));
    }
    yield { phase: 'Fit of the SAE', done: meter.tokens, total: most, unit: 'tokens' };
    if (meter.tokens >= most) break;
  }
  return meter.fit();
}

/** u8 [counted tokens]: 1 where a counted token is the very first that the model sees. */
function firstTokens(sequences: readonly { readonly first: number; readonly end: number }[]): Uint8Array {
  const flags = new Uint8Array(sequences.reduce((sum, { first, end }) => sum + end - first, 0));
  let row = 0;
  for (const { first, end } of sequences) {
    flags[row] = Number(first === 0);
    row += end - first;
  }
  return flags;
}

/** Sums over some of the tokens, in float64. */
class Sums {
  private readonly perUnit: Float64Array;
  private squares = 0;
  residual = 0;
  tokens = 0;

  constructor(width: number) {
    this.perUnit = new Float64Array(width);
  }

  add(x: Float32Array, reconstruction: Float32Array, row: number): void {
    const width = this.perUnit.length;
    for (let unit = 0; unit < width; unit += 1) {
      const value = x[row * width + unit]!;
      const error = value - reconstruction[row * width + unit]!;
      this.perUnit[unit]! += value;
      this.squares += value * value;
      this.residual += error * error;
    }
    this.tokens += 1;
  }

  get varianceExplained(): number {
    const ofMean = this.perUnit.reduce((sum, value) => sum + value * value, 0) / this.tokens;
    return 1 - this.residual / (this.squares - ofMean);
  }
}

/** Gathers a fit, part by part. */
export class FitMeter {
  private readonly all: Sums;
  private readonly rest: Sums;
  private readonly seen: Uint8Array;
  private active = 0;

  constructor(
    features: number,
    private readonly width: number,
  ) {
    this.all = new Sums(width);
    this.rest = new Sums(width);
    this.seen = new Uint8Array(features);
  }

  get tokens(): number {
    return this.all.tokens;
  }

  /**
   * @param x f32 [rows, width], with its reconstruction and feature activations
   * @param first u8 [rows]: 1 for the first token of a sequence
   */
  add(x: Float32Array, reconstruction: Float32Array, { features }: FeatureActivations, first: Uint8Array): void {
    for (let row = 0; row < first.length; row += 1) {
      this.all.add(x, reconstruction, row);
      if (first[row] === 0) this.rest.add(x, reconstruction, row);
    }
    for (const feature of features) this.seen[feature] = 1;
    this.active += features.length;
  }

  fit(): SaeFit {
    const { tokens, residual, varianceExplained } = this.all;
    const alive = this.seen.reduce((sum, flag) => sum + flag, 0);
    return {
      tokens,
      varianceExplained,
      varianceExplainedWithoutFirst: this.rest.varianceExplained,
      l0: this.active / tokens,
      meanSquaredError: residual / (tokens * this.width),
      deadShare: tokens === 0 ? NaN : 1 - alive / this.seen.length,
    };
  }
}

/** What a fit says against trusting the SAE on this text. */
export function fitWarnings({ tokens, varianceExplained, varianceExplainedWithoutFirst: explained }: SaeFit): string[] {
  const where = `of the layer’s variance on the first ${tokens} tokens of this text`;
  if (tokens === 0) return [];
  const some = Math.max(varianceExplained, explained) > 0;
  const sink =
    some && Math.abs(varianceExplained - explained) > APART
      ? [
          `With the first token of every sequence the SAE explains ${varianceExplained.toFixed(2)} ${where}, without it ${explained.toFixed(2)}: the model starts without BOS and makes that token an attention sink, on which features may fire that say nothing of it.`,
        ]
      : [];
  if (explained <= 0)
    return [
      ...sink,
      `The SAE explains nothing ${where} (${explained.toFixed(2)}): it belongs to another layer, model or normalisation.`,
    ];
  if (explained < LOW)
    return [
      ...sink,
      `The SAE explains only ${explained.toFixed(2)} ${where}: check layer and model, or train one on such text.`,
    ];
  return sink;
}

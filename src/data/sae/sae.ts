/** How pre-activations z become feature activations. */
export type SaeActivation =
  | { readonly kind: 'relu' }
  /** The k largest of a token, then ReLU. */
  | { readonly kind: 'topk'; readonly k: number }
  /** ReLU(z) where z > threshold, else 0; f32 [features]. BatchTopK at inference is this with one threshold for all. */
  | { readonly kind: 'jumprelu'; readonly threshold: Float32Array };

/**
 * What is done to a token's activation x [width] before the encoder, in this order; the reconstruction is brought back
 * the same way (but for `subtractDecoderBias`: the decoder adds its bias in any case).
 */
export interface SaeInput {
  /** The mean over the width is taken off: the SAE was trained on a model with centred writing weights. */
  readonly centre: boolean;
  /**
   * `scale`: x · factor. `layer-norm`: (x − mean) / (s.d. + 1e-5), s.d. with ddof 1; back: x̂ · s.d. + mean, as SAELens.
   * `constant-norm`: x · √width / ‖x‖.
   */
  readonly normalise:
    | { readonly kind: 'none' }
    | { readonly kind: 'scale'; readonly factor: number }
    | { readonly kind: 'layer-norm' }
    | { readonly kind: 'constant-norm' };
  /** The decoder's bias is taken off before the encoder. */
  readonly subtractDecoderBias: boolean;
}

/**
 * A sparse autoencoder as its file says, whatever the format: x̂ = f·W_dec + b_dec, f = activation((x − b_dec)·W_encᵀ + b_enc).
 * Where a file wants its pre-activations multiplied by decoder norms (SAELens' `rescale_acts_by_decoder_norm`), this is
 * folded in: encoder rows and biases times the norm, decoder rows divided by it. Otherwise weights are as in the file.
 */
export interface Sae {
  /** As it was given: the folder or the file. */
  readonly path: string;
  readonly format: 'saelens' | 'gemma-scope' | 'sparsify';
  readonly features: number;
  readonly width: number;
  /** Our layer whose residual stream it reads: −1 is the embedding; absent where the file does not say (Gemma Scope). */
  readonly layer: number | undefined;
  /** f32 [features, width], a row per feature. */
  readonly encoder: Float32Array;
  /** f32 [features]. */
  readonly encoderBias: Float32Array;
  /** f32 [features, width], a row per feature. */
  readonly decoder: Float32Array;
  /** f32 [width]. */
  readonly decoderBias: Float32Array;
  readonly activation: SaeActivation;
  readonly input: SaeInput;
  /** Tokens per sequence that it was trained with, and the model's name: for checks and notes, where the file says. */
  readonly trainedOn: { readonly model?: string; readonly context?: number };
  /** What the person should know before they trust it: one sentence each. */
  readonly notes?: readonly string[];
  /** Files that make it up, absolute: for the provenance. */
  readonly files: readonly string[];
}

/** Feature activations of some tokens, only those that are not 0: compressed sparse rows. */
export interface FeatureActivations {
  /** i32 [tokens + 1]: token t holds entries starts[t] … starts[t + 1] − 1, features ascending. */
  readonly starts: Int32Array;
  readonly features: Int32Array;
  readonly values: Float32Array;
  /** Pre-activations so near the value that decides firing that rounding may decide, where an encoder was told it. */
  readonly nearThreshold?: number;
}

/** A reader of one format; `open.ts` asks them in turn. */
export interface SaeFormat {
  readonly format: Sae['format'];
  /** Whether this folder or file is of the format, by its file names alone. */
  matches(path: string): Promise<boolean>;
  /** @throws UserError that names file and field */
  read(path: string): Promise<Sae>;
}

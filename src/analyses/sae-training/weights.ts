import type { Sae } from '../../data/sae/sae';
import type { SaeTrainer } from '../../math/sae-training/trainer';

/** What an SAE's file says besides its weights. */
export interface SaeFacts {
  readonly layer: number;
  readonly model: string;
  readonly context: number;
}

/**
 * The trainer's SAE for activations in the model's own scale, so that nothing has to be normalised where it is read: with
 * rows c·x it computes ReLU(TopK((c·x − b_dec)·W_encᵀ + b_enc)); divided by c that is the same with b_dec/c and b_enc/c, and
 * features come in the model's scale.
 */
export function trainedSae({ settings, parameters }: SaeTrainer, factor: number, facts: SaeFacts): Sae {
  const { features, width, k } = settings;
  return {
    path: '',
    format: 'saelens',
    features,
    width,
    layer: facts.layer,
    encoder: parameters.encoder.slice(),
    encoderBias: parameters.encoderBias.map((bias) => bias / factor),
    decoder: parameters.decoder.slice(),
    decoderBias: parameters.decoderBias.map((bias) => bias / factor),
    activation: { kind: 'topk', k },
    input: { centre: false, normalise: { kind: 'none' }, subtractDecoderBias: true },
    trainedOn: { model: facts.model, context: facts.context },
    files: [],
  };
}

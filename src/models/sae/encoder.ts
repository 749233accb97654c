import type { FeatureActivations } from '../../data/sae/sae';

/** Runs one SAE on rows of a layer's residual stream, through ONNX Runtime. */
export interface SaeEncoder {
  /**
   * Feature activations of rows x f32 [rows, width].
   * @throws UserError where the result is not finite
   */
  encode(x: Float32Array): Promise<FeatureActivations>;
  /** Reconstructions of rows: f32 [rows, width], in the model's own scale. @param x the same rows (for norms to bring back) */
  decode(activations: FeatureActivations, x: Float32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

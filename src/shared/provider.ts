/**
 * ONNX Runtime's execution providers that a model may run on, by the names that people give them: graphics and neural
 * processors, or the CPU.
 */
export const PROVIDERS = ['cpu', 'webgpu', 'cuda', 'coreml', 'directml'] as const;

export type Provider = (typeof PROVIDERS)[number];

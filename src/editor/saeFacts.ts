/** What an SAE's `cfg.json` says of it, as far as it must be known to ask the right questions. The engine reads the rest. */
export interface SaeFacts {
  /** Width of the activations that it reads. */
  readonly width?: number;
  readonly features?: number;
  /** The file says which layer it reads. */
  readonly namesLayer: boolean;
  /** Name of the model that it was trained on. */
  readonly model?: string;
}

/**
 * @param config text of `cfg.json` (SAELens of both layouts, sparsify); `undefined` where there is none (Gemma Scope)
 * @param folder name of the SAE's folder: sparsify's says the layer
 */
export function saeFacts(config: string | undefined, folder: string): SaeFacts {
  const fields = record(parse(config));
  const metadata = record(fields['metadata']);
  const read = (name: string): unknown => fields[name] ?? metadata[name];
  const width = count(read('d_in'));
  const expansion = count(read('expansion_factor'));
  const latents = count(read('d_sae')) ?? count(read('num_latents'));
  const features = latents ?? (width !== undefined && expansion !== undefined ? width * expansion : undefined);
  const model = read('model_name');
  const hook = read('hook_name') ?? read('hook_point');
  const namesLayer =
    (typeof hook === 'string' && /\d/.test(hook)) ||
    count(read('hook_layer')) !== undefined ||
    read('hook_layer') === 0 ||
    (config !== undefined && /^(?:.*\.)?(?:layers|h|blocks)[._]\d+$|embed_tokens$/.test(folder));
  return {
    ...(width === undefined ? {} : { width }),
    ...(features === undefined ? {} : { features }),
    namesLayer,
    ...(typeof model === 'string' && model !== '' ? { model } : {}),
  };
}

/** Layer that a path of Gemma Scope names: `layer_20/width_16k/…` is 20. */
export function layerOfPath(path: string): number | undefined {
  const [, layer] = /(?:^|\/)layer_(\d+)(?:\/|$)/.exec(path) ?? [];
  return layer === undefined ? undefined : Number(layer);
}

/** Bytes of the co-occurrence counts, a triangle of int32, and of the one affinity matrix that is held beside them, float32. */
export function pairsBytes(features: number): number {
  return 2 * features * (features + 1) + 4 * features * features;
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}

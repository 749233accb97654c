type Json = Record<string, unknown>;

const SIGMA: Json = { type: 'Replace', pattern: { String: 'Σ' }, content: 'σ' };

/**
 * Rewrites normalizers in which `@huggingface/tokenizers` 0.2.0 departs from Python's `tokenizers`: Rust lower-cases each
 * character by itself, JavaScript makes ς of a Σ that ends a word.
 */
export function equivalentNormalizer(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return null;
  const json = node as Json;
  const lowers = json['type'] === 'Lowercase' || (json['type'] === 'BertNormalizer' && json['lowercase'] === true);
  if (lowers) return { type: 'Sequence', normalizers: [SIGMA, json] };
  if (json['type'] !== 'Sequence') return json;
  return { ...json, normalizers: ((json['normalizers'] ?? []) as unknown[]).map(equivalentNormalizer) };
}

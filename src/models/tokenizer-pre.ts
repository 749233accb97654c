import { UserError } from '../shared/errors';

type Json = Record<string, unknown>;

/** How GPT-2's byte-level pre-tokenizer cuts text (the pattern inside Rust's `ByteLevel`). */
export const GPT2_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/**
 * Rewrites pre-tokenizers in which `@huggingface/tokenizers` 0.2.0 departs from Python's `tokenizers`, in terms of ones
 * in which it does not: JavaScript's `\s` and `\d` are not Unicode's White_Space and Number, and `Metaspace.split` and
 * most behaviours of `Split` are not read.
 * @throws UserError for a behaviour that cannot be expressed
 */
export function equivalentPreTokenizer(node: unknown, path: string): unknown {
  if (typeof node !== 'object' || node === null) return null;
  const json = node as Json;
  switch (json['type']) {
    case 'Sequence':
      return {
        type: 'Sequence',
        pretokenizers: ((json['pretokenizers'] ?? []) as unknown[]).map((part) => equivalentPreTokenizer(part, path)),
      };
    case 'ByteLevel':
      return equivalentByteLevel(json);
    case 'Digits':
      return split(json['individual_digits'] === true ? '\\p{N}' : '\\p{N}+');
    case 'Whitespace':
      return { type: 'Split', pattern: { Regex: '\\w+|[^\\w\\s]+' }, behavior: 'Removed', invert: true };
    case 'Metaspace':
      return equivalentMetaspace(json);
    case 'Split':
      return equivalentSplit(json, path);
    default:
      return json;
  }
}

function split(regex: string): Json {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false };
}

function sequence(...pretokenizers: readonly Json[]): Json {
  return { type: 'Sequence', pretokenizers };
}

function equivalentByteLevel(json: Json): Json {
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false };
  const steps: Json[] = [];
  // The library's own pre-tokenizer `Replace` has no counterpart in Python; here it prepends the missing blank.
  if (json['add_prefix_space'] === true) steps.push({ type: 'Replace', pattern: { Regex: '\\A[^ ]' }, content: ' $&' });
  if (json['use_regex'] !== false) steps.push(split(GPT2_PATTERN));
  return sequence(...steps, bytes);
}

function equivalentMetaspace(json: Json): Json {
  const scheme = json['prepend_scheme'] ?? (json['add_prefix_space'] === false ? 'never' : 'always');
  const replacement = typeof json['replacement'] === 'string' ? json['replacement'] : '▁';
  const spaces = { type: 'Metaspace', replacement, prepend_scheme: scheme };
  return json['split'] === false ? spaces : sequence(spaces, split(`(?=${escaped(replacement)})`));
}

function equivalentSplit(json: Json, path: string): Json {
  const behaviour = String(json['behavior']);
  const { String: text, Regex: given } = (json['pattern'] ?? {}) as { String?: unknown; Regex?: unknown };
  const regex = typeof given === 'string' ? given : escaped(String(text));
  const inverted = json['invert'] === true;
  const isCharacter = typeof text === 'string' && [...text].length === 1;
  switch (behaviour) {
    case 'Isolated':
      // With every piece kept, it makes no difference which of them are called matches.
      return split(regex);
    case 'Removed':
      // JavaScript's split would keep what a capturing group holds.
      if (inverted || !/(?<!\\)\((?!\?)/.test(regex)) return { ...json, pattern: { Regex: regex } };
      break;
    case 'MergedWithPrevious':
      if (isCharacter && !inverted) return split(`(?<=${regex})`);
      break;
    case 'MergedWithNext':
      if (isCharacter && !inverted) return split(`(?=${regex})`);
      break;
    case 'Contiguous':
      if (!inverted) return split(`(?:${regex})+`);
      break;
  }
  throw new UserError(
    `${path} splits text by ${behaviour} in a way that is not supported`,
    'Use a model with another tokenizer.',
  );
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

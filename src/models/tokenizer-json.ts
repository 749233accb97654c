import { UserError } from '../shared/errors';
import { equivalentNormalizer } from './tokenizer-normalizer';
import { equivalentPreTokenizer } from './tokenizer-pre';
import { templateOf, type SpecialToken, type Template } from './tokenizer-template';

type Json = Record<string, unknown>;

/** A tokenizer definition, checked and rewritten so that the library does what Python does. */
export interface PreparedTokenizer {
  readonly json: Json;
  /** Special tokens around every text. */
  readonly template: Template;
  /** Where a text that is too long is cut. */
  readonly truncationSide: 'left' | 'right';
  /** What defines the ids, as the files say it: hashed for provenance. */
  readonly definition: Json;
}

/**
 * Checks a parsed `tokenizer.json` and applies what `tokenizer_config.json` changes in Python: special tokens added to
 * the vocabulary, prefix space, BOS and EOS of the Llama-like classes.
 * @param path named in messages
 * @throws UserError when it is malformed, or when the library would give other ids than Python
 */
export function prepareTokenizer(json: unknown, config: Json, path: string): PreparedTokenizer {
  if (!isObject(json) || !isObject(json['model'])) throw malformed(path, 'it has no model');
  const model = json['model'];
  refuseModel(model, path);
  const added = addedTokens(json['added_tokens'], config, model, path);
  const preTokenizer = withPrefixSpace(json['pre_tokenizer'] ?? null, config);
  const template = templateOf(json['post_processor'] ?? null, config, path);
  const normalizer = json['normalizer'] ?? null;
  return {
    json: {
      ...json,
      model,
      added_tokens: added,
      normalizer: equivalentNormalizer(normalizer),
      pre_tokenizer: equivalentPreTokenizer(preTokenizer, path),
      decoder: json['decoder'] ?? null,
      post_processor: null,
    },
    template,
    truncationSide: truncationSideOf(json['truncation'], config),
    definition: { normalizer, pre_tokenizer: preTokenizer, model, added_tokens: added, template },
  };
}

/** The config's side, else that of the file, as `PreTrainedTokenizerFast` sets it. */
function truncationSideOf(truncation: unknown, config: Json): 'left' | 'right' {
  const named = config['truncation_side'] ?? (isObject(truncation) ? truncation['direction'] : undefined);
  return String(named).toLowerCase() === 'left' ? 'left' : 'right';
}

function refuseModel(model: Json, path: string): void {
  const vocabulary = model['vocab'];
  if (typeof vocabulary !== 'object' || vocabulary === null) throw malformed(path, 'its model has no vocabulary');
  const kind = model['type'] ?? (Array.isArray(vocabulary) ? 'Unigram' : 'BPE');
  if (kind === 'BPE' && !Array.isArray(model['merges'])) throw malformed(path, 'its BPE model has no merges');
  if (kind === 'BPE' && model['dropout'] !== null && model['dropout'] !== undefined && model['dropout'] !== 0) {
    throw unsupported(path, 'BPE dropout, which makes tokens random');
  }
  if (kind === 'Unigram' && model['byte_fallback'] === true) throw unsupported(path, 'Unigram with byte fallback');
  if (kind !== 'BPE' && kind !== 'Unigram' && kind !== 'WordPiece') throw unsupported(path, `a ${String(kind)} model`);
}

/**
 * Added tokens of `tokenizer.json`, and those that Python's fast tokenizers add on loading: entries of
 * `added_tokens_decoder`, and BOS, EOS and the like where they are in the vocabulary.
 */
function addedTokens(listed: unknown, config: Json, model: Json, path: string): Json[] {
  if (listed !== undefined && listed !== null && !Array.isArray(listed)) {
    throw malformed(path, 'its added_tokens are not a list');
  }
  const tokens: Json[] = [];
  const contents = new Set<unknown>();
  const add = (token: Json): void => {
    if (contents.has(token['content'])) return;
    if (token['single_word'] === true) throw unsupported(path, `single_word of the token ${String(token['content'])}`);
    contents.add(token['content']);
    tokens.push(token);
  };
  for (const token of (listed ?? []) as unknown[]) {
    if (!isObject(token) || typeof token['content'] !== 'string' || !Number.isInteger(token['id'])) {
      throw malformed(path, 'an added token has no content or id');
    }
    add(token);
  }
  const decoder = config['added_tokens_decoder'];
  for (const [id, token] of isObject(decoder) ? Object.entries(decoder) : []) {
    if (isObject(token) && typeof token['content'] === 'string') add({ ...token, id: Number(id) });
  }
  for (const special of specialTokens(config)) {
    const id = vocabularyId(model, special.content);
    if (id !== undefined) add({ content: special.content, id, special: true, normalized: false });
  }
  return tokens;
}

function specialTokens(config: Json): SpecialToken[] {
  const named = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];
  const values = named.map((name) => config[name]);
  const more = config['additional_special_tokens'];
  if (Array.isArray(more)) values.push(...(more as unknown[]));
  return values
    .map((value) => (isObject(value) ? value['content'] : value))
    .filter((content) => typeof content === 'string')
    .map((content) => ({ content, id: undefined }));
}

function vocabularyId(model: Json, content: string): number | undefined {
  const vocabulary = model['vocab'] as Json | readonly unknown[];
  if (Array.isArray(vocabulary)) {
    const index = vocabulary.findIndex((entry) => Array.isArray(entry) && entry[0] === content);
    return index < 0 ? undefined : index;
  }
  return Object.hasOwn(vocabulary, content) ? ((vocabulary as Json)[content] as number) : undefined;
}

/** Python sets the outermost pre-tokenizer's `add_prefix_space` to the config's (default false). */
function withPrefixSpace(preTokenizer: unknown, config: Json): unknown {
  if (!isObject(preTokenizer) || !('add_prefix_space' in preTokenizer)) return preTokenizer;
  return { ...preTokenizer, add_prefix_space: config['add_prefix_space'] === true };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(path: string, problem: string): UserError {
  return new UserError(`${path} is malformed: ${problem}`, 'Download the file again.');
}

function unsupported(path: string, what: string): UserError {
  return new UserError(`${path} uses ${what}, which is not supported`, 'Use a model with another tokenizer.');
}

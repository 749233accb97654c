import { createHash } from 'node:crypto';
import { Tokenizer } from '@huggingface/tokenizers';
import { messageOf, UserError } from '../shared/errors';
import { prepareTokenizer, type PreparedTokenizer } from './tokenizer-json';

/** A model's own tokenizer, run by `@huggingface/tokenizers`. */
export interface ModelTokenizer {
  /**
   * Special tokens are added as the model's own tokenizer adds them. `maxTokens` truncates as Python's
   * `truncation=True, max_length=maxTokens`, on the side that the tokenizer's files name (right where they name none):
   * the text gives way, special tokens stay.
   */
  encode(text: string, maxTokens?: number): Int32Array;
  /** The text that token ids stand for, special tokens left out; ids beyond the vocabulary give nothing. */
  decode(ids: ArrayLike<number>): string;
  /** The text piece of one token id, for tables. */
  token(id: number): string;
  /** Hex SHA-256 of what defines the tokenizer: its JSON and the special tokens that it adds. */
  readonly sha256: string;
  /** "BOS <s> added", "BOS <s> and EOS </s> added" or "none added": recorded in every result. */
  readonly specialTokens: string;
  /** The id that is put before every text; `undefined` where none is. */
  readonly bosId: number | undefined;
  /** The id of `bos_token`, whether it is put before texts or not; `undefined` where none is named. */
  readonly namedBosId?: number | undefined;
  /** The id that ends a text (`eos_token`); `undefined` where none is named. */
  readonly eosId: number | undefined;
}

/** Parsed `tokenizer.json` and `tokenizer_config.json`. */
export interface TokenizerFiles {
  readonly json: Record<string, unknown>;
  readonly config: Record<string, unknown>;
  /** Named in messages (default `tokenizer.json`). */
  readonly path?: string;
}

/**
 * A tokenizer with the ids of Python's `AutoTokenizer` on the same files.
 * @throws UserError naming the file when it is malformed or asks for a step that would give other ids than Python
 */
export function createTokenizer(files: TokenizerFiles): ModelTokenizer {
  const path = files.path ?? 'tokenizer.json';
  const prepared = prepareTokenizer(files.json, files.config, path);
  let library: Tokenizer;
  try {
    // The library resolves special tokens by their text; ours are resolved by id, as in Python.
    library = new Tokenizer({ ...prepared.json, post_processor: null }, { ...files.config, ...LIBRARY_SWITCHES });
  } catch (cause) {
    throw new UserError(`${path} is malformed or not supported: ${messageOf(cause)}`, 'Download the file again.');
  }
  return new LibraryTokenizer(library, prepared, path, {
    bos: textOf(files.config['bos_token']),
    eos: textOf(files.config['eos_token']),
  });
}

/** Switches of the library that Python's fast tokenizers do not have. */
const LIBRARY_SWITCHES = { remove_space: false, do_lowercase_and_remove_accent: false };

class LibraryTokenizer implements ModelTokenizer {
  readonly specialTokens: string;
  readonly bosId: number | undefined;
  readonly namedBosId: number | undefined;
  readonly eosId: number | undefined;
  private readonly prefix: readonly number[];
  private readonly suffix: readonly number[];
  private hash: string | undefined;

  constructor(
    private readonly library: Tokenizer,
    private readonly prepared: PreparedTokenizer,
    private readonly path: string,
    named: { readonly bos: string | undefined; readonly eos: string | undefined },
  ) {
    this.prefix = prepared.template.before.map((special) => this.idOf(special));
    this.suffix = prepared.template.after.map((special) => this.idOf(special));
    this.bosId = this.prefix[0];
    this.namedBosId = named.bos === undefined ? undefined : library.token_to_id(named.bos);
    this.eosId = named.eos === undefined ? undefined : library.token_to_id(named.eos);
    this.specialTokens = describeSpecials(
      prepared.template.before.map(({ content }) => content),
      prepared.template.after.map(({ content }) => content),
    );
  }

  get sha256(): string {
    this.hash ??= createHash('sha256').update(canonicalJson(this.prepared.definition)).digest('hex');
    return this.hash;
  }

  encode(text: string, maxTokens?: number): Int32Array {
    const room = (maxTokens ?? Infinity) - this.prefix.length - this.suffix.length;
    if (room < 0) {
      throw new UserError(
        `${maxTokens} tokens are fewer than the special tokens that the model adds`,
        `Allow at least ${this.prefix.length + this.suffix.length + 1} tokens.`,
      );
    }
    const content = this.encodeText(text);
    const kept = Math.min(content.length, room);
    const ids = new Int32Array(this.prefix.length + kept + this.suffix.length);
    ids.set(this.prefix);
    const first = this.prepared.truncationSide === 'left' ? content.length - kept : 0;
    ids.set(content.slice(first, first + kept), this.prefix.length);
    ids.set(this.suffix, this.prefix.length + kept);
    return ids;
  }

  decode(ids: ArrayLike<number>): string {
    const known = Array.from(ids).filter((id) => this.library.id_to_token(id) !== undefined);
    return this.library.decode(known, { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  }

  token(id: number): string {
    return this.library.id_to_token(id) ?? `<${id}>`;
  }

  private encodeText(text: string): number[] {
    if (/\p{Surrogate}/u.test(text)) {
      throw new UserError(`the text ${excerpt(text)} is not valid Unicode`, 'Save the stimuli as UTF-8.');
    }
    const { ids, tokens } = this.library.encode(text, { add_special_tokens: false });
    ids.forEach((id, i) => {
      if (Number.isInteger(id)) return;
      const problem = `${this.path} gives no id for "${tokens[i]}" of the text ${excerpt(text)}`;
      throw new UserError(problem, 'Leave the text out, or use a model whose vocabulary covers it.');
    });
    return ids;
  }

  private idOf(special: { readonly content: string; readonly id: number | undefined }): number {
    const id = special.id ?? this.library.token_to_id(special.content);
    if (id !== undefined) return id;
    throw new UserError(
      `${this.path} adds the special token ${special.content}, which is not in its vocabulary`,
      'Download the tokenizer files again.',
    );
  }
}

/** A special token as configs write it: its text, or an object that holds it. */
function textOf(token: unknown): string | undefined {
  const text = typeof token === 'object' && token !== null && 'content' in token ? token.content : token;
  return typeof text === 'string' ? text : undefined;
}

function describeSpecials(before: readonly string[], after: readonly string[]): string {
  const parts: string[] = [];
  if (before.length > 0) parts.push(`BOS ${before.join(' ')}`);
  if (after.length > 0) parts.push(`EOS ${after.join(' ')}`);
  return parts.length === 0 ? 'none added' : `${parts.join(' and ')} added`;
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

/** JSON with object keys in code-unit order, so that the same definition always gives the same text. */
function canonicalJson(value: unknown): string {
  // Vocabularies and merges hold a hundred thousand strings: written in one go where there are no keys to order.
  if (!holdsObjects(value)) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const object = value as Record<string, unknown>;
  const entries = Object.keys(object)
    .sort()
    .map((key) => [key, object[key]] as const);
  if (!entries.some(([, item]) => holdsObjects(item))) return `{${JSON.stringify(entries)}}`;
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}

function holdsObjects(value: unknown): boolean {
  return Array.isArray(value) ? value.some(holdsObjects) : typeof value === 'object' && value !== null;
}

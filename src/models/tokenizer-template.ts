import { UserError } from '../shared/errors';

type Json = Record<string, unknown>;

/** A special token by its text; `id` where the file states it. */
export interface SpecialToken {
  readonly content: string;
  readonly id: number | undefined;
}

/** Special tokens before and after every text. */
export interface Template {
  readonly before: readonly SpecialToken[];
  readonly after: readonly SpecialToken[];
}

/**
 * Tokenizer classes that replace the file's template when they load it (`update_post_processor` in transformers), with
 * the defaults of `add_bos_token` and `add_eos_token`, BOS and EOS.
 */
const OVERRIDING_CLASSES: Readonly<Record<string, { bos: boolean; bosToken?: string; eosToken?: string }>> = {
  Llama: { bos: true, bosToken: '<s>', eosToken: '</s>' },
  CodeLlama: { bos: true, bosToken: '<s>', eosToken: '</s>' },
  Gemma: { bos: true, bosToken: '<bos>', eosToken: '<eos>' },
  Cohere: { bos: true, bosToken: '<BOS_TOKEN>', eosToken: '<|END_OF_TURN_TOKEN|>' },
  GPTNeoX: { bos: false, bosToken: '<|endoftext|>', eosToken: '<|endoftext|>' },
};

/**
 * Special tokens that a tokenizer puts around one text.
 * @param post `post_processor` of `tokenizer.json`
 * @param config `tokenizer_config.json`
 * @throws UserError for a post-processor that cannot be expressed so
 */
export function templateOf(post: unknown, config: Json, path: string): Template {
  return classTemplate(config) ?? fileTemplate(post, path);
}

function classTemplate(config: Json): Template | undefined {
  const className = String(config['tokenizer_class'] ?? '').replace(/Tokenizer(Fast)?$/, '');
  const defaults = Object.hasOwn(OVERRIDING_CLASSES, className) ? OVERRIDING_CLASSES[className] : undefined;
  if (defaults === undefined) return undefined;
  const addBos = typeof config['add_bos_token'] === 'boolean' ? config['add_bos_token'] : defaults.bos;
  const bos = named(config['bos_token'] ?? defaults.bosToken);
  const eos = named(config['eos_token'] ?? defaults.eosToken);
  return { before: addBos ? bos : [], after: config['add_eos_token'] === true ? eos : [] };
}

function named(token: unknown): SpecialToken[] {
  const content = typeof token === 'object' && token !== null ? (token as Json)['content'] : token;
  return typeof content === 'string' ? [{ content, id: undefined }] : [];
}

function fileTemplate(post: unknown, path: string): Template {
  if (typeof post !== 'object' || post === null) return { before: [], after: [] };
  const json = post as Json;
  switch (json['type']) {
    case 'ByteLevel':
      return { before: [], after: [] };
    case 'Sequence': {
      const parts = ((json['processors'] ?? []) as unknown[]).map((part) => fileTemplate(part, path));
      // Each processor wraps what the one before it gave.
      return {
        before: parts.flatMap(({ before }) => before),
        after: parts.flatMap(({ after }) => after),
      };
    }
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { before: [pair(json['cls'], path)], after: [pair(json['sep'], path)] };
    case 'TemplateProcessing':
      return singleTemplate(json, path);
    default:
      throw unsupported(path, `the post-processor ${String(json['type'])}`);
  }
}

function pair(value: unknown, path: string): SpecialToken {
  if (!Array.isArray(value) || typeof value[0] !== 'string' || typeof value[1] !== 'number') {
    throw unsupported(path, 'a post-processor without its special tokens');
  }
  return { content: value[0], id: value[1] };
}

function singleTemplate(json: Json, path: string): Template {
  const single = json['single'];
  if (!Array.isArray(single)) throw unsupported(path, 'a template without a form for one text');
  const specials = (json['special_tokens'] ?? {}) as Readonly<Record<string, { ids?: unknown; tokens?: unknown }>>;
  const pieces = (single as readonly Json[]).map((piece) =>
    'Sequence' in piece ? undefined : expand(String((piece['SpecialToken'] as Json | undefined)?.['id']), specials),
  );
  const texts = pieces.filter((piece) => piece === undefined).length;
  if (texts !== 1) throw unsupported(path, `a template that holds the text ${texts} times`);
  const at = pieces.indexOf(undefined);
  return {
    before: pieces.slice(0, at).flatMap((piece) => piece ?? []),
    after: pieces.slice(at + 1).flatMap((piece) => piece ?? []),
  };
}

function expand(
  name: string,
  specials: Readonly<Record<string, { ids?: unknown; tokens?: unknown }>>,
): readonly SpecialToken[] {
  const ids = specials[name]?.ids;
  const tokens = specials[name]?.tokens;
  if (!Array.isArray(ids)) return [{ content: name, id: undefined }];
  return (ids as number[]).map((id, i) => ({ content: Array.isArray(tokens) ? String(tokens[i]) : name, id }));
}

function unsupported(path: string, what: string): UserError {
  return new UserError(`${path} uses ${what}, which is not supported`, 'Use a model with another tokenizer.');
}

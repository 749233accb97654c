import { UserError } from '../shared/errors';
import type { GgufFacts } from './gguf-metadata';
import { byteLevelPipeline } from './gguf-tokenizer-bytes';
import { sentencePiecePipeline } from './gguf-tokenizer-pieces';
import type { TokenizerPipeline } from './gguf-tokenizer-pipeline';

type Json = Record<string, unknown>;

/** `tokenizer.json` and `tokenizer_config.json` as Hugging Face would hold them. */
export interface RebuiltTokenizer {
  readonly json: Json;
  readonly config: Json;
}

/** Values of `tokenizer.ggml.token_type`. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

const PIPELINES: Readonly<Record<string, (facts: GgufFacts, tokens: readonly string[]) => TokenizerPipeline>> = {
  gpt2: byteLevelPipeline,
  llama: sentencePiecePipeline,
};

/**
 * The tokenizer that a GGUF's metadata describe: byte-level BPE (`gpt2`) or SentencePiece BPE (`llama`). BOS and EOS
 * are added as `add_bos_token` and `add_eos_token` say, else as the vocabulary's kind does by default (llama.cpp).
 * @throws UserError when metadata are missing, or name a tokenizer or pre-tokenizer that is not supported
 */
export function rebuildTokenizer(facts: GgufFacts): RebuiltTokenizer {
  const kind = facts.optionalString('tokenizer.ggml.model');
  if (kind === undefined) {
    throw new UserError(
      `${facts.path} has no tokenizer in its metadata`,
      'Convert the model again with its tokenizer.',
    );
  }
  const build = Object.hasOwn(PIPELINES, kind) ? PIPELINES[kind] : undefined;
  if (build === undefined) {
    throw new UserError(
      `${facts.path} has a tokenizer of kind ${kind}`,
      `Supported: ${Object.keys(PIPELINES).join(' (byte-level BPE), ')} (SentencePiece BPE).`,
    );
  }
  const tokens = facts.strings('tokenizer.ggml.tokens');
  if (tokens.length === 0) throw facts.missing('the vocabulary (tokenizer.ggml.tokens is empty)');
  const pipeline = build(facts, tokens);
  const named = namedTokens(facts, tokens);
  return {
    json: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: addedTokens(facts, tokens),
      normalizer: pipeline.normalizer,
      pre_tokenizer: pipeline.preTokenizer,
      post_processor: template(facts, pipeline, named),
      decoder: pipeline.decoder,
      model: pipeline.model,
    },
    config: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      ...Object.fromEntries(Object.entries(named).map(([name, token]) => [name, token.content])),
      add_prefix_space: false,
      clean_up_tokenization_spaces: false,
    },
  };
}

interface NamedToken {
  readonly id: number;
  readonly content: string;
}

function namedTokens(facts: GgufFacts, tokens: readonly string[]): Readonly<Record<string, NamedToken>> {
  const keys = { bos_token: 'bos', eos_token: 'eos', unk_token: 'unknown', pad_token: 'padding' };
  const named: Record<string, NamedToken> = {};
  for (const [name, key] of Object.entries(keys)) {
    const id = facts.optionalNumber(`tokenizer.ggml.${key}_token_id`);
    if (id === undefined) continue;
    const content = tokens[id];
    if (content === undefined) {
      throw new UserError(
        `${facts.path}: tokenizer.ggml.${key}_token_id is ${id}, but there are ${tokens.length} tokens`,
        'Convert or download the file again.',
      );
    }
    named[name] = { id, content };
  }
  return named;
}

function addedTokens(facts: GgufFacts, tokens: readonly string[]): Json[] {
  const types = facts.optionalNumbers('tokenizer.ggml.token_type');
  if (types === undefined) return [];
  if (types.length !== tokens.length) {
    throw new UserError(
      `${facts.path}: tokenizer.ggml.token_type has ${types.length} values for ${tokens.length} tokens`,
      'Convert or download the file again.',
    );
  }
  const added: Json[] = [];
  types.forEach((type, id) => {
    if (type !== CONTROL && type !== UNKNOWN && type !== USER_DEFINED) return;
    const content = tokens[id]!;
    if (content === '') return;
    added.push({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: type !== USER_DEFINED,
    });
  });
  return added;
}

function template(
  facts: GgufFacts,
  pipeline: TokenizerPipeline,
  named: Readonly<Record<string, NamedToken>>,
): Json | null {
  const before = (facts.optionalBoolean('tokenizer.ggml.add_bos_token') ?? pipeline.addsBos) ? ['bos_token'] : [];
  const after = (facts.optionalBoolean('tokenizer.ggml.add_eos_token') ?? pipeline.addsEos) ? ['eos_token'] : [];
  if (before.length + after.length === 0) return null;
  const used = [...before, ...after].map((name) => {
    const token = named[name];
    if (token === undefined) throw facts.missing(`metadata tokenizer.ggml.${name}_id`);
    return token;
  });
  const special = (name: string): Json => ({ SpecialToken: { id: named[name]!.content, type_id: 0 } });
  const text = (id: string): Json => ({ Sequence: { id, type_id: 0 } });
  const around = (id: string): Json[] => [...before.map(special), text(id), ...after.map(special)];
  return {
    type: 'TemplateProcessing',
    single: around('A'),
    pair: [...around('A'), ...around('B')],
    special_tokens: Object.fromEntries(
      used.map(({ id, content }) => [content, { id: content, ids: [id], tokens: [content] }]),
    ),
  };
}

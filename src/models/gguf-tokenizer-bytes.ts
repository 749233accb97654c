import { UserError } from '../shared/errors';
import type { GgufFacts } from './gguf-metadata';
import { BYTES_AFTER_GPT2_PATTERN, PRE_TOKENIZERS } from './gguf-pre-tokenizers';
import type { PreTokenizer } from './gguf-pre-tokenizers';
import { vocabularyOf, type TokenizerPipeline } from './gguf-tokenizer-pipeline';

/**
 * Byte-level BPE of a GGUF (`tokenizer.ggml.model` = `gpt2`).
 * @throws UserError for an unknown pre-tokenizer, or one that an old converter left out
 */
export function byteLevelPipeline(facts: GgufFacts, tokens: readonly string[]): TokenizerPipeline {
  const pre = preTokenizerOf(facts, tokens);
  return {
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: pre.ignoreMerges ?? false,
      vocab: vocabularyOf(tokens),
      merges: facts.strings('tokenizer.ggml.merges').map((merge) => mergePair(facts, merge)),
    },
    normalizer: pre.normalizer ?? null,
    preTokenizer: pre.steps.length === 1 ? pre.steps[0]! : { type: 'Sequence', pretokenizers: pre.steps },
    decoder: BYTES_AFTER_GPT2_PATTERN,
    addsBos: pre.addsBos ?? false,
    addsEos: false,
  };
}

function preTokenizerOf(facts: GgufFacts, tokens: readonly string[]): PreTokenizer {
  const named = facts.optionalString('tokenizer.ggml.pre') ?? 'default';
  const name = named === 'default' ? (ofOldFile(facts, tokens) ?? named) : named;
  const found = PRE_TOKENIZERS.find(({ names }) => names.includes(name));
  if (found !== undefined) return found;
  throw new UserError(
    `${facts.path} has the pre-tokenizer ${name} (tokenizer.ggml.pre), which is not supported`,
    `Supported: ${PRE_TOKENIZERS.flatMap(({ names }) => names).join(', ')}; an old file can be converted again.`,
  );
}

/**
 * Files from before the key existed, and `default`, do not say which. There is no doubt for GPT-2 itself and for the
 * vocabulary of GPT-NeoX, which Pythia and MPT have too (llama.cpp calls it `mpt`) and which begins like no other.
 */
function ofOldFile(facts: GgufFacts, tokens: readonly string[]): string | undefined {
  const architecture = facts.optionalString('general.architecture');
  if (architecture === 'gpt2') return 'gpt-2';
  const isNeoX = tokens[0] === '<|endoftext|>' && tokens[1] === '<|padding|>';
  return isNeoX && (architecture === 'gptneox' || architecture === 'mpt') ? 'mpt' : undefined;
}

function mergePair(facts: GgufFacts, merge: string): [string, string] {
  const parts = merge.split(' ');
  if (parts.length === 2) return [parts[0]!, parts[1]!];
  throw new UserError(
    `${facts.path}: the merge ${JSON.stringify(merge)} (tokenizer.ggml.merges) is not a pair`,
    'Convert or download the file again.',
  );
}

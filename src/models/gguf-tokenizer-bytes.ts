import { UserError } from '../shared/errors';
import type { GgufFacts } from './gguf-metadata';
import { vocabularyOf, type TokenizerPipeline } from './gguf-tokenizer-pipeline';

type Json = Record<string, unknown>;

/** How one value of `tokenizer.ggml.pre` cuts and merges text. */
interface PreTokenizer {
  readonly names: readonly string[];
  readonly steps: readonly Json[];
  readonly normalizer?: Json;
  /** A word that is a token as a whole stays one, whatever the merges say. */
  readonly ignoreMerges?: boolean;
  readonly addsBos?: boolean;
}

const BYTES_AFTER_GPT2_PATTERN = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
const BYTES_ONLY = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
const SINGLE_DIGITS = { type: 'Digits', individual_digits: true };
const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const AFTER_WORDS = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
/** OpenAI's cl100k, which Llama 3 and DBRX took over. */
const CL100K_PATTERN = `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${AFTER_WORDS}`;

function pattern(regex: string): Json {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false };
}

/** The models' own `tokenizer.json` steps, by the names that llama.cpp's converter gives them. */
const PRE_TOKENIZERS: readonly PreTokenizer[] = [
  { names: ['gpt-2', 'phi-2'], steps: [BYTES_AFTER_GPT2_PATTERN] },
  { names: ['smollm', 'starcoder', 'refact', 'codeshell'], steps: [SINGLE_DIGITS, BYTES_AFTER_GPT2_PATTERN] },
  { names: ['mpt', 'olmo'], normalizer: { type: 'NFC' }, steps: [BYTES_AFTER_GPT2_PATTERN] },
  {
    names: ['falcon'],
    steps: [
      { type: 'Punctuation', behavior: 'Contiguous' },
      BYTES_AFTER_GPT2_PATTERN,
      { type: 'Digits', individual_digits: false },
      pattern('[0-9][0-9][0-9]'),
    ],
  },
  { names: ['dbrx'], steps: [pattern(CL100K_PATTERN), BYTES_ONLY] },
  {
    names: ['gpt-4o'],
    steps: [
      pattern(
        `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+${CONTRACTIONS}?|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*${CONTRACTIONS}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${AFTER_WORDS}`,
      ),
      BYTES_ONLY,
    ],
  },
  { names: ['command-r'], normalizer: { type: 'NFC' }, steps: [SINGLE_DIGITS, BYTES_AFTER_GPT2_PATTERN] },
  {
    names: ['llama-bpe', 'llama3', 'llama-v3', 'falcon3'],
    steps: [pattern(CL100K_PATTERN), BYTES_ONLY],
    ignoreMerges: true,
    addsBos: true,
  },
  {
    names: ['qwen2', 'deepseek-r1-qwen'],
    normalizer: { type: 'NFC' },
    steps: [
      pattern(`${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${AFTER_WORDS}`),
      BYTES_ONLY,
    ],
  },
  {
    names: ['tekken'],
    steps: [
      pattern(
        `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${AFTER_WORDS}`,
      ),
      BYTES_ONLY,
    ],
    ignoreMerges: true,
    addsBos: true,
  },
];

/**
 * Byte-level BPE of a GGUF (`tokenizer.ggml.model` = `gpt2`).
 * @throws UserError for an unknown pre-tokenizer, or one that an old converter left out
 */
export function byteLevelPipeline(facts: GgufFacts, tokens: readonly string[]): TokenizerPipeline {
  const pre = preTokenizerOf(facts);
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

function preTokenizerOf(facts: GgufFacts): PreTokenizer {
  const named = facts.optionalString('tokenizer.ggml.pre') ?? 'default';
  // Files from before the key existed, and `default`, do not say which: only for GPT-2 itself there is no doubt.
  const isGpt2 = named === 'default' && facts.optionalString('general.architecture') === 'gpt2';
  const name = isGpt2 ? 'gpt-2' : named;
  const found = PRE_TOKENIZERS.find(({ names }) => names.includes(name));
  if (found !== undefined) return found;
  throw new UserError(
    `${facts.path} has the pre-tokenizer ${name} (tokenizer.ggml.pre), which is not supported`,
    `Supported: ${PRE_TOKENIZERS.flatMap(({ names }) => names).join(', ')}; an old file can be converted again.`,
  );
}

function mergePair(facts: GgufFacts, merge: string): [string, string] {
  const parts = merge.split(' ');
  if (parts.length === 2) return [parts[0]!, parts[1]!];
  throw new UserError(
    `${facts.path}: the merge ${JSON.stringify(merge)} (tokenizer.ggml.merges) is not a pair`,
    'Convert or download the file again.',
  );
}

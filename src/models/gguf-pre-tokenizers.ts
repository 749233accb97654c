type Json = Record<string, unknown>;

/** How one value of `tokenizer.ggml.pre` cuts and merges text. */
export interface PreTokenizer {
  readonly names: readonly string[];
  readonly steps: readonly Json[];
  readonly normalizer?: Json;
  /** A word that is a token as a whole stays one, whatever the merges say. */
  readonly ignoreMerges?: boolean;
  readonly addsBos?: boolean;
}

export const BYTES_AFTER_GPT2_PATTERN = {
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
};
const BYTES_ONLY = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
const SINGLE_DIGITS = { type: 'Digits', individual_digits: true };
const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const AFTER_WORDS = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
/** OpenAI's cl100k, which Llama 3 and DBRX took over. */
const CL100K_PATTERN = `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${AFTER_WORDS}`;

/** Letters with a case, as Unicode 11 had them. */
const DEEPSEEK_LETTERS =
  'A-Za-z\\u00b5\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u01ba\\u01bc-\\u01bf\\u01c4-\\u0293' +
  '\\u0295-\\u02af\\u0370-\\u0373\\u0376\\u0377\\u037b-\\u037d\\u037f\\u0386\\u0388-\\u038a\\u038c' +
  '\\u038e-\\u03a1\\u03a3-\\u03f5\\u03f7-\\u0481\\u048a-\\u052f\\u0531-\\u0556\\u10a0-\\u10c5' +
  '\\u13a0-\\u13f5\\u13f8-\\u13fd\\u1c90-\\u1cba\\u1cbd-\\u1cbf\\u1d00-\\u1d2b\\u1d6b-\\u1d77' +
  '\\u1d79-\\u1d9a\\u1e00-\\u1f15\\u1f18-\\u1f1d\\u1f20-\\u1f45\\u1f48-\\u1f4d\\u1f50-\\u1f57\\u1f59' +
  '\\u1f5b\\u1f5d\\u1f5f-\\u1f7d\\u1f80-\\u1fb4\\u1fb6-\\u1fbc\\u1fbe\\u1fc2-\\u1fc4\\u1fc6-\\u1fcc' +
  '\\u1fd0-\\u1fd3\\u1fd6-\\u1fdb\\u1fe0-\\u1fec\\u1ff2-\\u1ff4\\u1ff6-\\u1ffc\\u2102\\u2107' +
  '\\u210a-\\u2113\\u2115\\u2119-\\u211d\\u2124\\u2126\\u2128\\u212a-\\u212d\\u212f-\\u2134\\u2139' +
  '\\u213c-\\u213f\\u2145-\\u2149\\u214e\\u2183\\u2184\\u2c00-\\u2c7b\\u2c7e-\\u2ce4\\u2ceb-\\u2cee' +
  '\\u2cf2\\u2cf3\\ua640-\\ua66d\\ua680-\\ua69b\\ua722-\\ua76f\\ua771-\\ua787\\ua78b-\\ua78e' +
  '\\uab70-\\uabbf\\ufb00-\\ufb06\\ufb13-\\ufb17\\uff21-\\uff3a\\uff41-\\uff5a\\u{10400}-\\u{1044f}' +
  '\\u{104b0}-\\u{104d3}\\u{104d8}-\\u{104fb}\\u{10c80}-\\u{10cb2}\\u{10cc0}-\\u{10cf2}' +
  '\\u{118a0}-\\u{118df}\\u{1e900}-\\u{1e943}';
const DEEPSEEK_MARKS = '!-/:-~\\uff01-\\uff0f\\uff1a-\\uff5e\\u2018-\\u201f\\u3000-\\u3002';
const DEEPSEEK_HAN = pattern('[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac00-\\ud7ff]+');

function pattern(regex: string): Json {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false };
}

/** The models' own `tokenizer.json` steps, by the names that llama.cpp's converter gives them. */
export const PRE_TOKENIZERS: readonly PreTokenizer[] = [
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
    names: ['deepseek-llm'],
    steps: [
      pattern('[\\r\\n]'),
      pattern(`\\s?[${DEEPSEEK_LETTERS}]+`),
      pattern(`\\s?[${DEEPSEEK_MARKS}]+`),
      pattern('\\s+$'),
      DEEPSEEK_HAN,
      SINGLE_DIGITS,
      BYTES_ONLY,
    ],
  },
  {
    names: ['deepseek-coder'],
    steps: [
      pattern('[\\r\\n]'),
      pattern('\\s?\\p{L}+'),
      pattern('\\s?\\p{P}+'),
      DEEPSEEK_HAN,
      SINGLE_DIGITS,
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

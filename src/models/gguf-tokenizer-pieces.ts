import { UserError } from '../shared/errors';
import type { GgufFacts } from './gguf-metadata';
import { vocabularyOf, type TokenizerPipeline } from './gguf-tokenizer-pipeline';

type Json = Record<string, unknown>;

/**
 * SentencePiece BPE of a GGUF (`tokenizer.ggml.model` = `llama`): pieces with scores, bytes as a fallback, blanks as ▁.
 * Merges are derived from the scores as Hugging Face's converter does.
 */
export function sentencePiecePipeline(facts: GgufFacts, tokens: readonly string[]): TokenizerPipeline {
  refuseNormalization(facts);
  const scores = facts.optionalNumbers('tokenizer.ggml.scores');
  if (scores === undefined) throw facts.missing('metadata tokenizer.ggml.scores');
  if (scores.length !== tokens.length) {
    throw new UserError(
      `${facts.path}: tokenizer.ggml.scores has ${scores.length} values for ${tokens.length} tokens`,
      'Convert or download the file again.',
    );
  }
  const unknown = facts.optionalNumber('tokenizer.ggml.unknown_token_id') ?? 0;
  const prefixed = facts.optionalBoolean('tokenizer.ggml.add_space_prefix') ?? true;
  const blanks: Json = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  return {
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: tokens[unknown] ?? null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: vocabularyOf(tokens),
      merges: mergesFromScores(tokens, scores),
    },
    normalizer: prefixed ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, blanks] } : blanks,
    preTokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(prefixed ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    addsBos: true,
    addsEos: false,
  };
}

function refuseNormalization(facts: GgufFacts): void {
  if (facts.optionalBoolean('tokenizer.ggml.remove_extra_whitespaces') === true) {
    throw facts.refused('tokenizer.ggml.remove_extra_whitespaces');
  }
  if (facts.has('tokenizer.ggml.precompiled_charsmap')) throw facts.refused('tokenizer.ggml.precompiled_charsmap');
}

interface Merge {
  readonly left: string;
  readonly right: string;
  readonly score: number;
  readonly leftLength: number;
  readonly rightLength: number;
}

/**
 * Every way to make a piece of two other pieces, best score first; among equals longer left, then longer right halves,
 * then the order of the vocabulary (`generate_merges` of transformers' convert_slow_tokenizer).
 * @param scores f64 [tokens]
 */
export function mergesFromScores(tokens: readonly string[], scores: Float64Array): [string, string][] {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: Merge[] = [];
  for (const [piece, id] of ids) {
    const characters = [...piece];
    const ways: Merge[] = [];
    let at = 0;
    for (let i = 1; i < characters.length; i += 1) {
      at += characters[i - 1]!.length;
      const left = piece.slice(0, at);
      const right = piece.slice(at);
      if (!ids.has(left) || !ids.has(right)) continue;
      ways.push({ left, right, score: scores[id]!, leftLength: i, rightLength: characters.length - i });
    }
    ways.sort((a, b) => ids.get(a.left)! - ids.get(b.left)! || ids.get(a.right)! - ids.get(b.right)!);
    merges.push(...ways);
  }
  merges.sort((a, b) => b.score - a.score || b.leftLength - a.leftLength || b.rightLength - a.rightLength);
  return merges.map(({ left, right }) => [left, right]);
}

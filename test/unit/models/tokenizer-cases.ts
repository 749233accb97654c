import { readFileSync } from 'node:fs';
import { mergesFromScores } from '../../../src/models/gguf-tokenizer-pieces';

type Json = Record<string, unknown>;

/** One tokenizer of test/golden/tokenizers/make.py and the ids that Python gives. */
export interface TokenizerCase {
  readonly name: string;
  readonly base: 'bytes' | 'pieces';
  readonly pipeline: Json & { readonly model: Json };
  readonly config: Json;
  readonly ids: readonly (readonly number[])[];
  readonly truncated: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly ggufPre?: string;
}

interface BytesModel {
  readonly vocab: readonly string[];
  readonly merges: readonly string[];
}

interface PiecesModel {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly scores: readonly number[];
}

const folder = new URL('../../golden/tokenizers/', import.meta.url);

function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T;
}

export const { texts, cases } = golden<{ texts: readonly string[]; cases: readonly TokenizerCase[] }>('cases.json');
/** One folder of test/golden/tokenizers/folders.py and the ids that `AutoTokenizer` gives. */
export interface FolderCase {
  readonly name: string;
  readonly case: string;
  readonly changes: Json;
  readonly config: Json;
  readonly tokenizerConfig: Json | null;
  readonly specialTokensMap: Json | null;
  readonly ids: readonly (readonly number[])[];
  readonly cut: readonly (readonly number[])[];
}

export const folderCases = golden<{
  texts: readonly string[];
  length: number;
  folders: readonly FolderCase[];
}>('folders.json');
export const bytesModel = golden<BytesModel>('bytes.json');
export const piecesModel = golden<PiecesModel>('pieces.json');

/** The `tokenizer.json` that Python had. */
export function tokenizerJson({ base, pipeline }: TokenizerCase): Json {
  const tokens = base === 'bytes' ? bytesModel.vocab : piecesModel.tokens;
  const merges =
    base === 'bytes'
      ? bytesModel.merges.map((merge) => merge.split(' '))
      : mergesFromScores(piecesModel.tokens, Float64Array.from(piecesModel.scores));
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return { ...pipeline, model: { ...pipeline.model, vocab, merges } };
}

export function caseNamed(name: string): TokenizerCase {
  const found = cases.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no golden case ${name}`);
  return found;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tokenStarts } from '../../../src/models/token-starts';
import { createTokenizer } from '../../../src/models/tokenizer';
import type { ModelTokenizer, TokenizerFiles } from '../../../src/models/tokenizer';

const golden = join(__dirname, '../../golden/tasks');

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(golden, name), 'utf8')) as T;
}

interface Case {
  readonly tokenizer: string;
  readonly what: string;
  readonly text: string;
  readonly ids: readonly number[];
  readonly starts: readonly number[];
}

const cases = read<Case[]>('token-starts.json');
const tokenizers = new Map<string, ModelTokenizer>();
for (const { tokenizer } of cases) {
  if (!tokenizers.has(tokenizer)) tokenizers.set(tokenizer, createTokenizer(read<TokenizerFiles>(`${tokenizer}.json`)));
}

/** A tokenizer of fixed tokens: whatever the text, these pieces. */
function fixed(pieces: readonly string[], specials: readonly string[] = []): ModelTokenizer {
  const all = [...specials, ...pieces];
  return {
    encode: (text) => Int32Array.from(text === '' ? specials.keys() : all.keys()),
    decode: (ids) => Array.from(ids, (id) => all[id]!).join(''),
    token: (id) => all[id]!,
    sha256: '',
    specialTokens: '',
    bosId: specials.length > 0 ? 0 : undefined,
    eosId: undefined,
  };
}

describe("where tokens start, against Python's offsets", () => {
  it.each(cases)('$tokenizer: $what', ({ tokenizer, text, ids, starts }) => {
    expect(Array.from(tokenizers.get(tokenizer)!.encode(text))).toEqual(ids);
    expect(Array.from(tokenStarts(tokenizers.get(tokenizer)!, text))).toEqual(starts);
  });
});

describe('where tokens start', () => {
  it('reads added tokens that are stored as plain text, such as runs of blanks', () => {
    expect(Array.from(tokenStarts(fixed(['a', '    ', 'Ġé'.slice(0, 1), 'Ã', '©']), 'a     é'))).toEqual([
      0, 1, 5, 6, 6,
    ]);
  });

  it('gives −1 to the special tokens before and after', () => {
    const both: ModelTokenizer = {
      ...fixed([]),
      encode: (text) => Int32Array.from(text === '' ? [0, 3] : [0, 1, 2, 3]),
      token: (id) => ['<s>', 'on', 'e', '</s>'][id]!,
    };
    expect(Array.from(tokenStarts(both, 'one'))).toEqual([-1, 0, 2, -1]);
  });

  it('refuses a tokenizer that changes the text, in one line', () => {
    expect(() => tokenStarts(fixed(['the', 'Ġcat']), 'The cat')).toThrow(/"The cat" cannot be found.*changes the text/);
  });
});

/** A quoted path in a line of code. Pure: no VS Code. */
export interface Mention {
  /** The text between the quotes, with `/` for separators. */
  readonly path: string;
  /** Columns of the text between the quotes: from, and behind it. */
  readonly start: number;
  readonly end: number;
}

/** Longer lines are data, not code. */
const LONGEST_LINE = 2000;
const LONGEST_PATH = 400;

/** Before the quote of a raw string of Python, in which a backslash is itself. */
const RAW = /(^|[^\w])[bB]?[rR][bB]?$/;

/** Languages in whose lines paths are looked for. */
export const CODE_LANGUAGES = ['python', 'typescript', 'typescriptreact', 'javascript', 'javascriptreact'] as const;

/**
 * The string literals of a line that may name a model or a result: `from_pretrained("models/x")`,
 * `np.load(".brainlens/align-1/scores.npy")`. Literals with placeholders or line breaks are none.
 */
export function mentionsIn(line: string): readonly Mention[] {
  if (line.length > LONGEST_LINE || !/["'`]/.test(line)) return [];
  const found: Mention[] = [];
  for (const match of line.matchAll(/(["'`])((?:\\.|(?!\1)[^\\])*)\1/g)) {
    const literal = match[2]!;
    const separator = RAW.test(line.slice(0, match.index)) ? /\\+/g : /\\\\/g;
    const path = literal.replace(separator, '/').replace(/\/+$/, '');
    if (!mayBePath(path)) continue;
    const start = match.index + 1;
    found.push({ path, start, end: start + literal.length });
  }
  return found;
}

function mayBePath(text: string): boolean {
  return text.length > 0 && text.length <= LONGEST_PATH && !/[{}<>*?|\n\\]|:\/\//.test(text);
}

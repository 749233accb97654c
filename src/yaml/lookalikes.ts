import { lineEnd, lineStart } from './syntax';
import type { Problem } from './syntax';

/** What word processors and Chinese keyboards write for YAML's own signs, where one of them opens or separates values. */
const SIGNS: readonly { readonly sign: RegExp; readonly says: string }[] = [
  { sign: /(?<=(?:^|[:：,，[{\-–])\s*)[“”„‟«»](?=\S)/u, says: 'typographic quotes: write "' },
  { sign: /(?<=(?:^|[:：,，[{\-–])\s*)[‘’‚‛](?=\S)/u, says: "typographic quotes: write '" },
  { sign: /(?<=^\s*(?:- +)?["'“”‘’]?[\w./-]+["'“”‘’]?\s*)：/u, says: 'full-width colon: write : and a space' },
  { sign: /(?<=[{,，]\s*["'“”‘’]?[\w./-]+["'“”‘’]?\s*)：/u, says: 'full-width colon: write : and a space' },
  { sign: /(?<=[[{][^#]*)，/u, says: 'full-width comma: write ,' },
];
const SAFE = /"(?:[^"\\]|\\.)*"|'[^']*'|(?:^|\s)#.*$/gu;

/**
 * The same problems, of which those that come from signs that only look like YAML's say so. Nothing is said of such signs
 * where nothing is wrong: they may stand in any text.
 */
export function withLookalikes(text: string, problems: readonly Problem[]): Problem[] {
  const told = new Set<number>();
  return problems.flatMap((problem) => {
    const found = lookalikeIn(text, problem);
    if (found === undefined) return [problem];
    if (told.has(found.span.start)) return [];
    told.add(found.span.start);
    return [found];
  });
}

/** The first such sign in the lines of a problem: its place there takes the place of the problem. */
function lookalikeIn(text: string, { span }: Problem): Problem | undefined {
  const last = lineEnd(text, Math.max(span.start, span.end - 1));
  for (let start = lineStart(text, span.start); start <= last; start = lineEnd(text, start) + 1) {
    const line = text.slice(start, lineEnd(text, start)).replace(SAFE, (part) => ' '.repeat(part.length));
    const hits = SIGNS.flatMap(({ sign, says }) => {
      const index = sign.exec(line)?.index;
      return index === undefined ? [] : [{ index, says }];
    });
    const [first] = hits.sort((a, b) => a.index - b.index);
    if (first !== undefined) {
      const at = start + first.index;
      return { kind: 'syntax', span: { start: at, end: at + 1 }, message: first.says };
    }
  }
  return undefined;
}

import { mentionsIn } from './mentions';
import type { Mention } from './mentions';

/** An edit, as editors tell it: lines `from`…`to` of the text before are replaced by `lines` lines of the text after. */
export interface LineChange {
  readonly from: number;
  readonly to: number;
  readonly lines: number;
}

/**
 * The mentions of a document by line, kept in step with its edits: an edit costs the lines that it touches. Pure: no
 * VS Code.
 */
export class LineIndex {
  private readonly lines: (readonly Mention[])[];
  /** Lines parsed since the index was made, the first pass included: what an edit cost is the difference. */
  parsed = 0;

  /** @param textOf the text of a line of the document as it stands */
  constructor(
    count: number,
    private readonly textOf: (line: number) => string,
  ) {
    this.lines = Array.from({ length: count }, (_, line) => this.parse(line));
  }

  /**
   * Takes the edits of one change of the document. They refer to the text before all of them and do not overlap; `textOf`
   * gives the text after.
   */
  update(changes: readonly LineChange[]): void {
    // Of two that begin in one line, the one that ends there comes first.
    const ordered = [...changes].sort((a, b) => a.from - b.from || a.to - b.to);
    let moved = 0;
    for (const { from, to, lines } of ordered) {
      const start = from + moved;
      const fresh = Array.from({ length: lines }, (_, i) => this.parse(start + i));
      this.lines.splice(start, to - from + 1, ...fresh);
      moved += lines - (to - from + 1);
    }
  }

  /** Lines with mentions, in order. */
  *entries(): Iterable<{ readonly line: number; readonly mention: Mention }> {
    for (let line = 0; line < this.lines.length; line += 1) {
      for (const mention of this.lines[line]!) yield { line, mention };
    }
  }

  at(line: number): readonly Mention[] {
    return this.lines[line] ?? [];
  }

  private parse(line: number): readonly Mention[] {
    this.parsed += 1;
    return mentionsIn(this.textOf(line));
  }
}

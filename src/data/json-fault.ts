const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Where a text stops being JSON (RFC 8259): line and column, from 1, of the first value, key or sign that may not stand
 * there, or of the end of the text where it breaks off.
 * @returns `undefined` for JSON
 */
export function jsonFault(text: string): { readonly line: number; readonly column: number } | undefined {
  const reader = new Reader(text);
  const whole = reader.value() && reader.ends();
  if (whole) return undefined;
  const before = text.slice(0, reader.at).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Reads as far as it is JSON; `at` stays where it is not. */
class Reader {
  at = 0;

  constructor(private readonly text: string) {}

  value(): boolean {
    this.skip(SPACE);
    if (this.sign('{')) return this.items('}', () => this.entry());
    if (this.sign('[')) return this.items(']', () => this.value());
    return this.skip(STRING) || this.skip(SCALAR);
  }

  ends(): boolean {
    this.skip(SPACE);
    return this.at === this.text.length;
  }

  private entry(): boolean {
    this.skip(SPACE);
    return this.skip(STRING) && this.sign(':') && this.value();
  }

  private items(end: string, one: () => boolean): boolean {
    if (this.sign(end)) return true;
    do if (!one()) return false;
    while (this.sign(','));
    return this.sign(end);
  }

  private sign(sign: string): boolean {
    this.skip(SPACE);
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  private skip(form: RegExp): boolean {
    form.lastIndex = this.at;
    const found = form.exec(this.text);
    this.at += found?.[0].length ?? 0;
    return found !== null;
  }
}

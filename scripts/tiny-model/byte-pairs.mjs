/** GPT-2's printable stand-ins for the 256 bytes, in the order of its vocabulary. */
export function byteAlphabet() {
  return [...printable(), ...hidden()].map((byte) => symbolOf(byte));
}

/**
 * Byte-pair merges learned from a text: at each step the most frequent pair of neighbours within words (a word carries its
 * leading blank); ties go to the pair that sorts first.
 */
export function learnMerges(text, count) {
  const words = new Map();
  for (const word of text.trim().split(/\s+/)) {
    const symbols = [...Buffer.from(` ${word}`)].map(symbolOf);
    const key = symbols.join('');
    words.set(key, { symbols, count: (words.get(key)?.count ?? 0) + 1 });
  }
  return Array.from({ length: count }, () => {
    const pair = mostFrequentPair(words);
    for (const word of words.values()) word.symbols = merged(word.symbols, pair);
    return pair;
  });
}

function mostFrequentPair(words) {
  const counts = new Map();
  for (const { symbols, count } of words.values()) {
    for (let i = 1; i < symbols.length; i++) {
      const key = `${symbols[i - 1]}\n${symbols[i]}`;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  const [best] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return best[0].split('\n');
}

function merged(symbols, [left, right]) {
  const out = [];
  for (const symbol of symbols) {
    if (symbol === right && out.at(-1) === left) out[out.length - 1] = left + right;
    else out.push(symbol);
  }
  return out;
}

function printable() {
  const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return [...range(33, 126), ...range(161, 172), ...range(174, 255)];
}

function hidden() {
  const shown = new Set(printable());
  return Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !shown.has(byte));
}

function symbolOf(byte) {
  const at = hidden().indexOf(byte);
  return String.fromCodePoint(at < 0 ? byte : 256 + at);
}

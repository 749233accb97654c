/** 17280 → "17,280" */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** "1 unit", "17,280 units" */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** Four significant digits unless told, with a typographic minus; infinities as signs. */
export function number(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'undefined' : value > 0 ? '∞' : '−∞';
  return String(Number(value.toPrecision(digits))).replaceAll('-', '−');
}

/** 3 → "layer 3", −1 → "the embedding" */
export function layerName(layer: number): string {
  return layer < 0 ? 'the embedding' : `layer ${layer}`;
}

/** 3 → "layer 3", −1 → "the embedding", null → "no layer" */
export function layerOrNone(layer: number | null): string {
  return layer === null ? 'no layer' : layerName(layer);
}

/** 3, 7 → "layers 3 to 7"; −1, 7 → "the embedding to layer 7" */
export function layerRange(from: number, to: number): string {
  if (from >= 0) return `layers ${from} to ${to}`;
  return to < 0 ? layerName(to) : `${layerName(from)} to ${layerName(to)}`;
}

/** "scores" → "Scores" */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** 0.0123 → "1.2 %" */
export function percent(share: number): string {
  return `${number(share * 100, 2)} %`;
}

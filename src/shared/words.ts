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

/** "scores" → "Scores" */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** 0.0123 → "1.2 %" */
export function percent(share: number): string {
  return `${number(share * 100, 2)} %`;
}

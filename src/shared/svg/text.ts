/** Text in SVG without a font to measure with. */

export interface TextOptions {
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Degrees, clockwise, about the text's own point. */
  readonly rotate?: number;
}

/** A `<text>` whose baseline starts, centres or ends at (x, y). */
export function text(content: string, x: number, y: number, options: TextOptions = {}): string {
  const { anchor = 'start', rotate } = options;
  const at = `${x.toFixed(1)} ${y.toFixed(1)}`;
  const place =
    rotate === undefined ? `x="${x.toFixed(1)}" y="${y.toFixed(1)}"` : `transform="translate(${at}) rotate(${rotate})"`;
  return `<text ${place} text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

/** An upper estimate in pixels: DejaVu Sans, the widest of the fonts asked for, averages 0.6 em. */
export function textWidth(content: string, fontSize: number): number {
  return [...content].length * fontSize * 0.6;
}

/** Text for element content and quoted attributes; control characters that XML forbids are dropped. */
export function escapeXml(content: string): string {
  return content
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

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

/** Scripts whose characters are as wide as they are high. */
const FULL_WIDTH =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f300}-\u{1faff}]/u;

/** An upper estimate in pixels: DejaVu Sans, the widest of the fonts asked for, averages 0.6 em. */
export function textWidth(content: string, fontSize: number): number {
  return [...content].reduce((sum, character) => sum + (FULL_WIDTH.test(character) ? 1 : 0.6) * fontSize, 0);
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

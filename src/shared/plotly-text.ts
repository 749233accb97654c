/** Texts as Plotly takes them. */
import type { PlotTheme } from './palette';

/** Plotly reads a subset of HTML in texts; ours are plain. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Lines of at most 12 characters where spaces or hyphens allow. */
export function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(/(?<=[-\s])/)) {
    const last = lines.length - 1;
    if (lines[last] !== '' && (lines[last]! + word).trimEnd().length > 12) lines.push(word);
    else lines[last] += word;
  }
  return lines.map((line) => line.trim());
}

/** How a hover looks in every figure. */
export function hoverLabel(theme: PlotTheme): Readonly<Record<string, unknown>> {
  return {
    bgcolor: theme.hoverBackground,
    bordercolor: theme.foreground,
    align: 'left',
    font: { family: theme.fontFamily, size: theme.fontSize, color: theme.hoverForeground },
  };
}

/** The editor's theme as the plots need it. */
import { standardTheme, type PlotTheme, type ThemeKind } from '../src/shared/palette';

/** Kind from the body's class, colours and font from VS Code's variables. */
export function readTheme(): PlotTheme {
  const kind = themeKind();
  const standard = standardTheme(kind);
  const foreground = colour('--vscode-editor-foreground', standard.foreground);
  const background = colour('--vscode-editor-background', standard.background);
  const style = getComputedStyle(document.documentElement);
  const size = parseFloat(style.getPropertyValue('--vscode-font-size'));
  return {
    kind,
    foreground,
    background,
    grid: mix(foreground, background, kind.startsWith('high-contrast') ? 0.4 : 0.14),
    hoverBackground: colour('--vscode-editorHoverWidget-background', standard.hoverBackground),
    hoverForeground: colour('--vscode-editorHoverWidget-foreground', standard.hoverForeground),
    fontFamily: style.getPropertyValue('--vscode-font-family').trim() || standard.fontFamily,
    fontSize: Number.isFinite(size) ? size : standard.fontSize,
  };
}

/** Calls back after the theme changed; in a report it also follows the system's preference. */
export function onThemeChange(changed: () => void): void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

/** A report has no editor around it: the body gets the class that VS Code would give it. */
export function followSystemTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const contrast = matchMedia('(prefers-contrast: more)');
  const apply = (): void => {
    const plain = dark.matches ? 'vscode-dark' : 'vscode-light';
    const high = dark.matches ? 'vscode-high-contrast' : 'vscode-high-contrast-light';
    document.body.className = contrast.matches ? high : plain;
  };
  apply();
  dark.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
}

export function prefersReducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

function themeKind(): ThemeKind {
  const { classList } = document.body;
  // High contrast light may carry the class of high contrast too.
  if (classList.contains('vscode-high-contrast-light')) return 'high-contrast-light';
  if (classList.contains('vscode-high-contrast')) return 'high-contrast';
  return classList.contains('vscode-dark') ? 'dark' : 'light';
}

/** A variable as `rgb(…)`, whichever way the theme writes it: Plotly reads few notations. */
function colour(variable: string, otherwise: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${variable}, ${otherwise})`;
  document.body.append(probe);
  const computed = getComputedStyle(probe).color;
  probe.remove();
  return computed;
}

function mix(over: string, under: string, share: number): string {
  const channels = (css: string): number[] => (css.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const below = channels(under);
  const mixed = channels(over).map((value, i) => Math.round(value * share + below[i]! * (1 - share)));
  return `rgb(${mixed.join(', ')})`;
}

import { ColorThemeKind } from 'vscode';
import type { ThemeKind } from '../shared/palette';

/** The palette for VS Code's kind of theme. */
export function themeKind(kind: ColorThemeKind): ThemeKind {
  switch (kind) {
    case ColorThemeKind.Light:
      return 'light';
    case ColorThemeKind.Dark:
      return 'dark';
    case ColorThemeKind.HighContrast:
      return 'high-contrast';
    case ColorThemeKind.HighContrastLight:
      return 'high-contrast-light';
  }
}

/**
 * Colours by theme and by role. Hues are Okabe & Ito's (jfly.uni-koeln.de/color) and ColorBrewer's, lightened or
 * darkened until each stands at least 3:1 off its background and any two roles of one figure stay apart under
 * simulated protanopia and deuteranopia; a unit test holds both.
 */
import type { Role } from './figure';

export type ThemeKind = 'light' | 'dark' | 'high-contrast' | 'high-contrast-light';

/** What a renderer needs to know of the theme it draws in. Colours are CSS colours. */
export interface PlotTheme {
  readonly kind: ThemeKind;
  readonly foreground: string;
  readonly background: string;
  readonly grid: string;
  readonly hoverBackground: string;
  readonly hoverForeground: string;
  readonly fontFamily: string;
  /** Pixels. */
  readonly fontSize: number;
}

/** Pattern of bars, dash of lines and symbol of points: what tells roles apart without colour (Plotly's names). */
export interface RoleShape {
  readonly pattern: '' | '/' | '\\' | 'x';
  readonly dash: 'solid' | 'dash' | 'dot' | 'dashdot' | 'longdash' | 'longdashdot';
  readonly symbol: 'circle' | 'square' | 'diamond' | 'triangle-up' | 'cross';
  /** Only the symbol's outline is drawn, so that points upon points stay visible. */
  readonly open?: true;
}

const sansSerif = "system-ui, -apple-system, 'Segoe UI', Ubuntu, 'DejaVu Sans', sans-serif";

const themes: Record<ThemeKind, PlotTheme> = {
  light: theme('light', '#24292f', '#ffffff', '#e1e4e8', '#ffffff', '#24292f'),
  dark: theme('dark', '#d4d4d4', '#1e1e1e', '#3a3a3a', '#2d2d30', '#e4e4e4'),
  'high-contrast': theme('high-contrast', '#ffffff', '#000000', '#6b6b6b', '#000000', '#ffffff'),
  'high-contrast-light': theme('high-contrast-light', '#000000', '#ffffff', '#8a8a8a', '#ffffff', '#000000'),
};

const colours: Record<ThemeKind, Record<Role, string>> = {
  light: roles('#c44601', ['#0072b2', '#00865f', '#a8508c'], ['#0072b2', '#b06a00', '#00865f', '#a8508c'], '#7d848c'),
  dark: roles('#f0803c', ['#56b4e9', '#2dc6a0', '#e39ac3'], ['#56b4e9', '#e6b13c', '#2dc6a0', '#e39ac3'], '#8f959b'),
  'high-contrast': roles(
    '#ff9650',
    ['#6cc4ff', '#35e0b4', '#ffb3dc'],
    ['#6cc4ff', '#ffd60a', '#35e0b4', '#ffb3dc'],
    '#c4c4c4',
  ),
  'high-contrast-light': roles(
    '#a33600',
    ['#004f93', '#006b4c', '#8a2c66'],
    ['#004f93', '#8a4b00', '#006b4c', '#8a2c66'],
    '#5c5c5c',
  ),
};

const shapes: Record<Role, RoleShape> = {
  selected: { pattern: '', dash: 'solid', symbol: 'circle' },
  'control-1': { pattern: '/', dash: 'dash', symbol: 'square' },
  'control-2': { pattern: '\\', dash: 'longdash', symbol: 'diamond', open: true },
  'control-3': { pattern: 'x', dash: 'longdashdot', symbol: 'triangle-up', open: true },
  'condition-1': { pattern: '', dash: 'solid', symbol: 'circle' },
  'condition-2': { pattern: '/', dash: 'dash', symbol: 'square' },
  'condition-3': { pattern: '\\', dash: 'dot', symbol: 'diamond' },
  'condition-4': { pattern: 'x', dash: 'dashdot', symbol: 'triangle-up' },
  muted: { pattern: '', dash: 'solid', symbol: 'cross' },
};

/** Groups of a cloud: no two of one theme come closer than ΔE*ab 10 in any of the three visions; shapes carry the rest. */
const groupColours: Record<ThemeKind, readonly string[]> = {
  light: list('#0072b2 #c44601 #00865f #a8508c #4b78ff #5a3c2d #ff0069 #ff2dd2 #96963c #690096'),
  dark: list('#56b4e9 #f0803c #2dc6a0 #e39ac3 #e1e100 #0069f0 #ff0069 #00ff78 #f0e1b4 #c31eb4'),
  'high-contrast': list('#6cc4ff #ff9650 #35e0b4 #ffb3dc #fff000 #6978ff #ff2d69 #f0f0a5 #00a500 #f01ec3'),
  'high-contrast-light': list('#004f93 #a33600 #006b4c #8a2c66 #0069ff #4b2d1e #e1005a #d200c3 #4b0087 #78782d'),
};

/** Those that Plotly draws in the plane and in space alike. */
const groupSymbols = [
  'circle',
  'square',
  'diamond',
  'cross',
  'x',
  'circle-open',
  'square-open',
  'diamond-open',
] as const;

const onLight = {
  // ColorBrewer RdBu, reversed: blue is low, red is high.
  diverging: ['#2166ac', '#4393c3', '#92c5de', '#d1e5f0', '#f7f7f7', '#fddbc7', '#f4a582', '#d6604d', '#b2182b'],
  sequential: ['#f7fbff', '#c6dbef', '#6baed6', '#2171b5', '#08306b'],
};
const onDark = {
  diverging: ['#8fd0ff', '#4a9fdd', '#2a6ba3', '#1f4466', '#26282b', '#61381b', '#a35a1d', '#e08734', '#ffc27d'],
  sequential: ['#1b2530', '#274b73', '#3f7fb5', '#7fbbe0', '#e6f4ff'],
};

/** The theme for places that have none of their own: files, reports, hovers. */
export function standardTheme(kind: ThemeKind): PlotTheme {
  return themes[kind];
}

/** Colour of a role as `#rrggbb`. */
export function roleColour(kind: ThemeKind, role: Role): string {
  return colours[kind][role];
}

/** What tells a role apart without colour. */
export function roleShape(role: Role): RoleShape {
  return shapes[role];
}

/**
 * Colour of the group with this index as `#rrggbb`; they come round after ten.
 * @param rest index of the group that is none: it is muted
 */
export function groupColour(kind: ThemeKind, index: number, rest?: number): string {
  if (index === rest) return roleColour(kind, 'muted');
  const colours = groupColours[kind];
  return colours[index % colours.length]!;
}

/** Symbol of the group with this index (Plotly's name); they come round after eight: 40 groups differ in one or the other. */
export function groupSymbol(index: number): (typeof groupSymbols)[number] {
  return groupSymbols[index % groupSymbols.length]!;
}

/** Evenly spaced stops of a map's colour scale, from the low to the high end; the neutral middle is the background's. */
export function scaleStops(kind: ThemeKind, scale: 'diverging' | 'sequential'): readonly string[] {
  return (isDark(kind) ? onDark : onLight)[scale];
}

/** Share of a sequential scale at which that of points starts: its low end is the background. */
const POINTS_FROM = 0.35;

/** Stops of the colour scale of points, which stand off the background at the low end too. */
export function pointStops(kind: ThemeKind, scale: 'diverging' | 'sequential'): readonly string[] {
  const stops = scaleStops(kind, scale);
  if (scale === 'diverging') return stops;
  return stops.map((_, i) => colourAt(stops, POINTS_FROM + ((1 - POINTS_FROM) * i) / (stops.length - 1)));
}

export function isDark(kind: ThemeKind): boolean {
  return kind === 'dark' || kind === 'high-contrast';
}

/**
 * Colour at `share` of a scale (0 = low end, 1 = high end; clamped), linear in sRGB between stops.
 * @returns `#rrggbb`
 */
export function colourAt(stops: readonly string[], share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const from = Math.min(stops.length - 2, Math.floor(at));
  const low = channels(stops[from]!);
  const high = channels(stops[from + 1]!);
  const mixed = low.map((value, i) => Math.round(value + (high[i]! - value) * (at - from)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function theme(
  kind: ThemeKind,
  foreground: string,
  background: string,
  grid: string,
  hoverBackground: string,
  hoverForeground: string,
): PlotTheme {
  return {
    kind,
    foreground,
    background,
    grid,
    hoverBackground,
    hoverForeground,
    fontFamily: sansSerif,
    fontSize: 13,
  };
}

function roles(
  selected: string,
  controls: readonly [string, string, string],
  conditions: readonly [string, string, string, string],
  muted: string,
): Record<Role, string> {
  return {
    selected,
    'control-1': controls[0],
    'control-2': controls[1],
    'control-3': controls[2],
    'condition-1': conditions[0],
    'condition-2': conditions[1],
    'condition-3': conditions[2],
    'condition-4': conditions[3],
    muted,
  };
}

function list(colours: string): readonly string[] {
  return colours.split(' ');
}

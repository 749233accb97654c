/** How a series looks in small: colour with hatch, dash or symbol. */
import type { Role, Series } from '../figure';
import { roleColour, roleShape, type PlotTheme, type RoleShape } from '../palette';

const hatches: Record<RoleShape['pattern'], string> = {
  '': '',
  '/': 'M-1 1l2 -2M0 6l6 -6M5 7l2 -2',
  '\\': 'M-1 5l2 2M0 0l6 6M5 -1l2 2',
  x: 'M0 6l6 -6M0 0l6 6',
};

const outlines: Record<RoleShape['symbol'], string> = {
  circle: 'm-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z',
  square: 'm-3 -3h6v6h-6z',
  diamond: 'm0 -4l4 4l-4 4l-4 -4z',
  'triangle-up': 'm0 -4l4 7h-8z',
  cross: 'm-1 -4h2v3h3v2h-3v3h-2v-3h-3v-2h3z',
};

const dashes: Record<RoleShape['dash'], string> = {
  solid: '',
  dash: '6 3',
  dot: '2 2',
  dashdot: '6 2 2 2',
  longdash: '10 4',
  longdashdot: '10 3 2 3',
};

/** 16 × 12 pixels with its top left corner at (x, y). */
export function swatch(series: Series, x: number, y: number, theme: PlotTheme): string {
  const colour = roleColour(theme.kind, series.role);
  switch (series.mark) {
    case 'bar':
      return `<path d="M${x} ${y}h16v12h-16z" ${barFill(series.role, theme)}/>`;
    case 'points':
      return `<path d="M${x + 8} ${y + 6}${symbolOutline(series.role)}" ${symbolPaint(series.role, theme)}/>`;
    case 'line':
      return `<path d="M${x} ${y + 6}h16" ${stroke(series.role, theme)}/>`;
    case 'band':
      return (
        `<path d="M${x} ${y}h16v12h-16z" fill="${colour}" fill-opacity="0.25"/>` +
        `<path d="M${x} ${y + 6}h16" ${stroke(series.role, theme)}/>`
      );
  }
}

/** A stand-alone picture of one series, for legends outside a drawing. */
export function swatchSvg(series: Series, theme: PlotTheme): string {
  const defs = hatchDefs([series], theme);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="12">${defs}${swatch(series, 0, 0, theme)}</svg>`;
}

/** Patterns that `barFill` refers to; once per drawing. */
export function hatchDefs(series: readonly Series[], theme: PlotTheme): string {
  const roles = new Set(
    series.flatMap(({ mark, role }) => (mark === 'bar' && hatches[roleShape(role).pattern] ? role : [])),
  );
  if (roles.size === 0) return '';
  const patterns = [...roles].map(
    (role) =>
      `<pattern id="${hatchId(role, theme)}" width="6" height="6" patternUnits="userSpaceOnUse">` +
      `<rect width="6" height="6" fill="${roleColour(theme.kind, role)}"/>` +
      `<path d="${hatches[roleShape(role).pattern]}" stroke="${theme.background}" stroke-width="1.2"/></pattern>`,
  );
  return `<defs>${patterns.join('')}</defs>`;
}

/** The `fill` attribute of a role's bars. */
export function barFill(role: Role, theme: PlotTheme): string {
  const hatched = hatches[roleShape(role).pattern] !== '';
  return `fill="${hatched ? `url(#${hatchId(role, theme)})` : roleColour(theme.kind, role)}"`;
}

/** The stroke attributes of a role's lines. */
export function stroke(role: Role, theme: PlotTheme): string {
  const dash = dashes[roleShape(role).dash];
  const dashed = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
  return `fill="none" stroke="${roleColour(theme.kind, role)}" stroke-width="1.6"${dashed}`;
}

/** The paint attributes of a role's symbols: filled, or an outline. */
export function symbolPaint(role: Role, theme: PlotTheme): string {
  const colour = roleColour(theme.kind, role);
  return roleShape(role).open === true ? `fill="none" stroke="${colour}" stroke-width="1.3"` : `fill="${colour}"`;
}

/** Path of a role's symbol about the current point. */
export function symbolOutline(role: Role): string {
  return outlines[roleShape(role).symbol];
}

function hatchId(role: Role, theme: PlotTheme): string {
  return `hatch-${theme.kind}-${role}`;
}

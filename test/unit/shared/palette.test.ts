import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/shared/figure';
import {
  colourAt,
  groupColour,
  groupSymbol,
  roleColour,
  roleShape,
  scaleStops,
  standardTheme,
  type ThemeKind,
} from '../../../src/shared/palette';

const KINDS: ThemeKind[] = ['light', 'dark', 'high-contrast', 'high-contrast-light'];
/** Roles that stand side by side in one figure. */
const TOGETHER: Role[][] = [
  ['selected', 'control-1', 'control-2', 'control-3'],
  ['condition-1', 'condition-2', 'condition-3', 'condition-4'],
  ['selected', 'muted'],
];

// Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
const VISION = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  all: [1, 0, 0, 0, 1, 0, 0, 0, 1],
};

function linear(hex: string): number[] {
  return [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
}

function luminance(hex: string): number {
  const [r, g, b] = linear(hex) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2 contrast ratio. */
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function lab(hex: string, m: number[]): number[] {
  const rgb = linear(hex);
  const row = (from: number[], i: number): number =>
    from[3 * i]! * rgb[0]! + from[3 * i + 1]! * rgb[1]! + from[3 * i + 2]! * rgb[2]!;
  const [r, g, b] = [0, 1, 2].map((i) => Math.min(1, Math.max(0, row(m, i)))) as [number, number, number];
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

describe('palettes', () => {
  it.each(KINDS)('%s: of eight lines of one chart no two have the same colour and dash', (kind) => {
    const lines: Role[] = [...TOGETHER[0]!, ...TOGETHER[1]!];
    expect(new Set(lines.map((role) => `${roleColour(kind, role)} ${roleShape(role).dash}`)).size).toBe(8);
  });

  it.each(KINDS)('%s: every role stands at least 3:1 off the background (WCAG 1.4.11)', (kind) => {
    for (const role of TOGETHER.flat()) {
      expect(contrast(roleColour(kind, role), standardTheme(kind).background), role).toBeGreaterThanOrEqual(3);
    }
  });

  it.each(KINDS)('%s: text stands at least 7:1 off the background', (kind) => {
    const { foreground, background } = standardTheme(kind);
    expect(contrast(foreground, background)).toBeGreaterThanOrEqual(7);
  });

  // ΔE*ab of 10 is several just noticeable differences; shapes carry the rest.
  it.each(KINDS)('%s: roles of one figure stay apart for protanopes, deuteranopes and everyone else', (kind) => {
    for (const roles of TOGETHER) {
      for (const [i, a] of roles.entries()) {
        for (const b of roles.slice(i + 1)) {
          for (const [name, matrix] of Object.entries(VISION)) {
            const [p, q] = [lab(roleColour(kind, a), matrix), lab(roleColour(kind, b), matrix)];
            expect(Math.hypot(...p.map((value, j) => value - q[j]!)), `${a} ${b} ${name}`).toBeGreaterThanOrEqual(10);
          }
        }
      }
    }
  });

  it('tells roles of one figure apart without colour', () => {
    for (const roles of TOGETHER.slice(0, 2)) {
      for (const part of ['pattern', 'dash', 'symbol'] as const) {
        expect(new Set(roles.map((role) => roleShape(role)[part])).size).toBe(roles.length);
      }
    }
  });

  it.each(KINDS)('%s: ten groups of a cloud stand off the background and apart in all three visions', (kind) => {
    const colours = Array.from({ length: 10 }, (_, i) => groupColour(kind, i));
    for (const colour of colours) {
      expect(contrast(colour, standardTheme(kind).background), colour).toBeGreaterThanOrEqual(3);
    }
    for (const [i, a] of colours.entries()) {
      for (const b of colours.slice(i + 1)) {
        for (const [name, matrix] of Object.entries(VISION)) {
          const [p, q] = [lab(a, matrix), lab(b, matrix)];
          expect(Math.hypot(...p.map((value, j) => value - q[j]!)), `${a} ${b} ${name}`).toBeGreaterThanOrEqual(10);
        }
      }
    }
  });

  it('gives forty groups of a cloud a pair of colour and symbol of their own, then begins again', () => {
    const marks = Array.from({ length: 41 }, (_, i) => `${groupColour('light', i)} ${groupSymbol(i)}`);
    expect(new Set(marks.slice(0, 40)).size).toBe(40);
    expect(marks[40]).toBe(marks[0]);
  });

  it.each(KINDS)('%s: lightness of a diverging scale falls or rises from its middle to both ends', (kind) => {
    const lightness = scaleStops(kind, 'diverging').map((stop) => lab(stop, VISION.all)[0]!);
    const sign = Math.sign(lightness[0]! - lightness[4]!);
    for (let i = 0; i < 4; i++) {
      expect(sign * (lightness[i]! - lightness[i + 1]!)).toBeGreaterThan(0);
      expect(sign * (lightness[8 - i]! - lightness[7 - i]!)).toBeGreaterThan(0);
    }
  });

  it('mixes between stops and clamps beyond the ends', () => {
    expect(colourAt(['#000000', '#ff8000'], 0.5)).toBe('#804000');
    expect(colourAt(['#000000', '#ff8000'], -3)).toBe('#000000');
    expect(colourAt(['#000000', '#101010', '#ff8000'], 2)).toBe('#ff8000');
  });
});

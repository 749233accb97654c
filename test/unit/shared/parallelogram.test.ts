import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { figureTable } from '../../../src/shared/csv';
import type { PairSet, ParallelogramFigure } from '../../../src/shared/figure';
import { figuresSchema } from '../../../src/shared/figures-file';
import { standardTheme } from '../../../src/shared/palette';
import {
  firstPairs,
  firstView,
  pairLabel,
  parallelogramOf,
  qualityInWords,
  shareInWords,
  usesInWords,
  viewOf,
} from '../../../src/shared/parallelogram';
import { principalPlane } from '../../../src/shared/principal-plane';
import { parallelogramSvg } from '../../../src/shared/svg/parallelogram';
import { placeLabels } from '../../../src/shared/svg/place-labels';
import { textWidth } from '../../../src/shared/svg/text';
import { toSvg } from '../../../src/shared/to-svg';

interface Golden {
  readonly name: string;
  readonly squares: readonly number[];
  readonly plane: readonly [readonly number[], readonly number[]];
  readonly share: number;
  readonly parallelogram: number;
  readonly cosine: number;
}

const golden = JSON.parse(readFileSync(join(__dirname, '../../golden/parallelogram/parallelogram.json'), 'utf8')) as {
  cases: Golden[];
};

/** The lower triangle of [4, 4]. */
const lower = (squares: readonly number[]): number[] =>
  [1, 2, 3].flatMap((i) => Array.from({ length: i }, (_, j) => squares[4 * i + j]!));

/** Four words whose squared distances are given, as a figure of one relation. */
const figureOf = (squares: readonly number[], change: Partial<PairSet> = {}): ParallelogramFigure => ({
  kind: 'parallelogram',
  id: 'parallelograms',
  title: 'Parallelograms',
  summary: 'Two pairs.',
  method: 'discriminant analysis',
  spaces: ['Before discriminant analysis'],
  layers: ['Layer 0'],
  relations: [
    {
      name: 'country-capital',
      words: ['Germany', 'Berlin', 'France', 'Paris'],
      pairs: [0, 1, 2, 3],
      uses: ['training', 'held-out'],
      squares: [[lower(squares)]],
      ...change,
    },
  ],
});

/** A unit square: a perfect parallelogram. */
const SQUARE = [0, 1, 1, 2, 1, 0, 2, 1, 1, 2, 0, 1, 2, 1, 1, 0];

describe('the plane of four words', () => {
  it.each(golden.cases)('is that of a principal component analysis: $name', ({ squares, plane, share }) => {
    const found = principalPlane(squares, 4);
    [found.x, found.y].forEach((places, axis) => {
      const expected = plane[axis]!;
      const largest = expected.reduce((most, value, i) => (Math.abs(value) > Math.abs(expected[most]!) ? i : most), 0);
      const sign = Math.sign(places[largest]! * expected[largest]!) || 1;
      // A coordinate of size 0 is the root of a rounded eigenvalue: 1e-7 of the scale.
      const scale = Math.sqrt(Math.max(...squares));
      places.forEach((value, i) => expect(Math.abs(sign * value - expected[i]!) / scale).toBeLessThan(3e-7));
    });
    expect(found.share).toBeCloseTo(share, 9);
  });

  it.each(golden.cases)('has the qualities of the definitions: $name', ({ squares, parallelogram, cosine }) => {
    const figure = figureOf(squares);
    const shown = parallelogramOf(figure, firstView(figure), 0);
    // A gap of 0 is the root of what the cancellation of squares leaves, 1e-16 of them.
    expect(Math.abs(shown.quality - parallelogram)).toBeLessThan(1e-6);
    expect(Math.abs(shown.cosine - cosine)).toBeLessThan(1e-9);
  });

  it('has arrows to the right, the first pair above', () => {
    for (const { squares } of golden.cases) {
      const figure = figureOf(squares);
      const { x, y } = parallelogramOf(figure, firstView(figure), 0);
      expect(x[1]! - x[0]! + x[3]! - x[2]!).toBeGreaterThanOrEqual(0);
      expect(y[0]! + y[1]!).toBeGreaterThanOrEqual(y[2]! + y[3]!);
    }
  });

  it('is one point where all words have one activation, without quality', () => {
    const figure = figureOf(new Array<number>(16).fill(0));
    const shown = parallelogramOf(figure, firstView(figure), 0);
    expect(shown).toMatchObject({ x: [0, 0, 0, 0], y: [0, 0, 0, 0], quality: 0, cosine: 0 });
    expect(shareInWords(shown)).toBe('All words lie at one point.');
    expect(toSvg(figure, { width: 640, height: 360, palette: 'light' })).not.toMatch(/NaN|Infinity/);
  });

  it('is said in words, and three words of two pairs are three', () => {
    const figure = figureOf(SQUARE);
    const shown = parallelogramOf(figure, firstView(figure), 0);
    expect(qualityInWords(shown)).toBe('Parallelogram quality 1, cosine 1');
    expect(shareInWords(shown)).toBe('The plane holds 100 % of the spread of the four words.');
    const common = figureOf(SQUARE, { pairs: [0, 1, 0, 3] });
    expect(shareInWords(parallelogramOf(common, firstView(common), 0))).toMatch(/of the three words/);
  });
});

describe('which pairs', () => {
  const words = Array.from({ length: 8 }, (_, i) => `w${i}`);
  const many = figureOf([], {
    words,
    pairs: [...words.keys()],
    uses: ['training', 'held-out', 'training', 'held-out'],
    squares: [[Array.from({ length: 28 }, (_, i) => i + 1)]],
  });

  it('are shown first: two that were held out, else the first two', () => {
    expect(firstView(many)).toEqual({ relation: 0, layer: 0, pairs: [1, 3] });
    expect(firstPairs({ ...many.relations[0]!, uses: ['training', 'held-out', 'left-out', 'training'] })).toEqual([
      0, 1,
    ]);
  });

  it('are remembered as far as the figure has them', () => {
    expect(viewOf(many, { relation: 0, layer: 0, pairs: [2, 0] }).pairs).toEqual([2, 0]);
    for (const pairs of [
      [1, 1],
      [0, 9],
    ] as const)
      expect(viewOf(many, { pairs }).pairs).toEqual([1, 3]);
    expect(viewOf(many, { relation: 4, pairs: [0, 1] })).toEqual(firstView(many));
    expect(viewOf(many)).toEqual(firstView(many));
  });

  it('says whether the method has seen them', () => {
    const said = (uses: PairSet['uses']): string => {
      const figure = figureOf(SQUARE, { uses });
      return usesInWords(figure, { relation: 0, layer: 0, pairs: [0, 1] });
    };
    expect(said(['held-out', 'held-out'])).toBe(
      'Both pairs were held out: discriminant analysis was fitted without their words.',
    );
    expect(said(['training', 'training'])).toBe(
      'Both pairs are among those that discriminant analysis was fitted on: they look better than new pairs would.',
    );
    expect(said(['training', 'held-out'])).toMatch(
      /^Germany → Berlin was a training pair; France → Paris was held out\. What discriminant analysis was fitted on/,
    );
    expect(said(['left-out', 'left-out'])).toMatch(/^Both pairs were left out/);
    expect(pairLabel(many.relations[0]!, 1)).toBe('w2 → w3 (held out)');
  });

  it('are all listed in the data table, any two of them with their qualities', () => {
    const { columns, rows } = figureTable(many);
    expect(columns.map(({ label }) => label).slice(4)).toEqual([
      'Held out',
      'Quality, before discriminant analysis',
      'Cosine, before discriminant analysis',
    ]);
    expect(rows).toHaveLength(6);
    expect(rows.map((row) => row[4])).toEqual(['one', 'neither', 'one', 'one', 'both', 'one']);
    const { quality } = parallelogramOf(many, firstView(many), 0);
    expect(rows[4]!.slice(0, 6)).toEqual(['country-capital', 'Layer 0', 'w2 → w3', 'w6 → w7', 'both', quality]);
  });
});

describe('the drawing', () => {
  const theme = standardTheme('light');

  it('has every word inside the frame and clear of the others, however long and wherever the points lie', () => {
    const names = ['Papua New Guinea', 'Port Moresby', 'Bosnia and Herzegovina', 'Sarajevo'];
    const frame = { left: 80, top: 6, width: 340, height: 320 };
    for (let seed = 1; seed <= 60; seed += 1) {
      const at = (i: number, span: number): number =>
        26 + ((Math.abs(Math.sin(seed * 12.9 + i * 78.2)) * 1000) % 1) * span;
      const points = names.map((_, i) => ({ x: 80 + at(i, 288), y: 6 + at(i + 4, 268) }));
      const lines = [
        [points[0]!, points[1]!],
        [points[2]!, points[3]!],
      ] as const;
      const boxes = placeLabels(points, names, lines, frame, 13);
      expect(boxes).toHaveLength(4);
      boxes.forEach(({ left, top, width, height }, i) => {
        expect(width).toBeGreaterThanOrEqual(textWidth(names[i]!, 13) - 1e-9);
        expect(left).toBeGreaterThanOrEqual(frame.left - 1e-9);
        expect(top).toBeGreaterThanOrEqual(frame.top - 1e-9);
        expect(left + width).toBeLessThanOrEqual(frame.left + frame.width + 1e-9);
        expect(top + height).toBeLessThanOrEqual(frame.top + frame.height + 1e-9);
      });
      // Names of points that lie close together may touch; what is asked for is that the search avoids it elsewhere.
      const far = points.every((one, i) =>
        points.every((other, j) => i === j || Math.hypot(one.x - other.x, one.y - other.y) > 90),
      );
      if (!far) continue;
      boxes.forEach((a, i) =>
        boxes.slice(i + 1).forEach((b) => {
          const across = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
          const down = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
          expect(Math.min(across, down)).toBeLessThanOrEqual(1e-9);
        }),
      );
    }
  });

  it('has one scale on both axes', () => {
    const wide = golden.cases[1]!;
    const figure = figureOf(wide.squares);
    const shown = parallelogramOf(figure, firstView(figure), 0);
    const svg = parallelogramSvg(shown, { width: 700, height: 380 }, theme, 'words');
    const arrows = [...svg.matchAll(/class="arrow" d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"/g)].map((match) =>
      match.slice(1).map(Number),
    ) as [number, number, number, number][];
    const pixels = arrows.map(([x, y, toX, toY]) => Math.hypot(toX - x, toY - y));
    const units = [0, 2].map((i) => Math.hypot(shown.x[i + 1]! - shown.x[i]!, shown.y[i + 1]! - shown.y[i]!));
    // Pixels are written to a tenth.
    expect(pixels[0]! / units[0]! / (pixels[1]! / units[1]!)).toBeCloseTo(1, 2);
    expect(svg.match(/class="closing"/g)).toHaveLength(2);
    expect(svg).toContain('First principal axis');
    expect(svg).toContain('Second principal axis');
  });

  it('writes words as text, each once', () => {
    const figure = figureOf(SQUARE, { words: ['a<b>&', 'Berlin', 'x', 'Paris'], pairs: [0, 1, 0, 3] });
    const svg = toSvg(figure, { width: 640, height: 360, palette: 'dark' });
    expect([...svg.matchAll(/class="word"[^>]*>([^<]*)</g)].map(([, word]) => word)).toEqual([
      'a&lt;b&gt;&amp;',
      'Berlin',
      'Paris',
    ]);
  });

  it('of a chosen view is what an export holds', () => {
    const figure = figureOf(SQUARE, { uses: ['held-out', 'held-out'] });
    const svg = toSvg(figure, {
      width: 1000,
      height: 560,
      palette: 'light',
      parallelogram: { relation: 0, layer: 0, pairs: [1, 0] },
    });
    expect(svg).toContain('France → Paris (held out) and Germany → Berlin (held out)');
    expect(svg).toContain('Parallelogram quality 1, cosine 1.');
    expect(svg).toContain('Both pairs were held out');
  });
});

describe('figures.json', () => {
  const accepts = (figure: unknown): boolean =>
    figuresSchema.safeParse({ schema: 'brainlens/figures@1', figures: [figure] }).success;

  it('takes a parallelogram whose parts fit together, and no other', () => {
    expect(accepts(figureOf(SQUARE))).toBe(true);
    expect(accepts(figureOf(SQUARE, { pairs: [0, 1, 2, 4] }))).toBe(false);
    expect(accepts(figureOf(SQUARE, { uses: ['training'] }))).toBe(false);
    expect(accepts(figureOf(SQUARE, { squares: [[[1, 2]]] }))).toBe(false);
    expect(accepts({ ...figureOf(SQUARE), spaces: ['one', 'two'] })).toBe(false);
  });
});

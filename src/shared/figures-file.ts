import { z } from 'zod';
import type { Figure, FiguresFile } from './figure';

const number = z.number().nullable();
const numbers = z.array(number);
const pair = z.tuple([z.number(), z.number()]);

const base = { id: z.string(), title: z.string(), summary: z.string() };

const axis = z.looseObject({
  label: z.string(),
  type: z.enum(['linear', 'log', 'category']),
  range: pair.optional(),
  names: z.array(z.string()).optional(),
});

const ROLES = [
  'selected',
  'control-1',
  'control-2',
  'control-3',
  'condition-1',
  'condition-2',
  'condition-3',
  'condition-4',
  'muted',
] as const;

const series = z
  .looseObject({
    name: z.string(),
    mark: z.enum(['bar', 'line', 'points', 'band']),
    role: z.enum(ROLES),
    x: z.array(z.union([z.number(), z.string()])),
    y: numbers,
    low: numbers.optional(),
    high: numbers.optional(),
    beside: z.string().optional(),
    width: z.number().optional(),
    interval: z.string().optional(),
    text: z.array(z.string()).optional(),
    labels: z.array(z.string()).optional(),
  })
  .refine(
    ({ x, y, low, high, text, labels }) =>
      [y, low, high, text, labels].every((values) => (values ?? x).length === x.length),
    { message: 'x, y, low, high, text and labels differ in length' },
  );

const chart = z.looseObject({
  ...base,
  kind: z.literal('chart'),
  x: axis,
  y: axis,
  series: z.array(series),
  markers: z.array(z.looseObject({ axis: z.enum(['x', 'y']), value: z.number(), label: z.string() })).optional(),
});

const size = z.int().positive();

const map = z
  .looseObject({
    ...base,
    kind: z.literal('map'),
    x: axis,
    y: axis,
    value: z.string(),
    rows: size,
    columns: size,
    step: size,
    min: numbers,
    max: numbers,
    scale: z.enum(['diverging', 'sequential']),
    range: pair,
    array: z.string().optional(),
  })
  .refine(
    ({ rows, columns, step, min, max }) =>
      [min, max].every(({ length }) => length === rows * Math.ceil(columns / step)),
    { message: 'min or max does not hold rows × ceil(columns / step) cells' },
  );

const table = z.looseObject({
  ...base,
  kind: z.literal('table'),
  columns: z.array(
    z.looseObject({ label: z.string(), type: z.enum(['number', 'text']), digits: z.number().optional() }),
  ),
  rows: z.array(z.array(z.union([z.number(), z.string(), z.null()]))),
});

const space = z
  .looseObject({
    ...base,
    kind: z.literal('space'),
    value: z.string(),
    x: z.array(z.number()),
    y: z.array(z.number()),
    z: z.array(z.number()),
    values: z.array(z.number()),
    names: z.array(z.string()),
    text: z.array(z.string()),
    scale: z.enum(['diverging', 'sequential']),
    range: pair,
    mesh: z.looseObject({ vertices: z.array(z.number()), faces: z.array(z.int().nonnegative()) }).optional(),
  })
  .refine(
    ({ x, y, z: depth, values, names, text }) => [y, depth, values, names, text].every((of) => of.length === x.length),
    {
      message: 'x, y, z, values, names and text differ in length',
    },
  );

const cloud = z
  .looseObject({
    ...base,
    kind: z.literal('cloud'),
    noun: z.string(),
    ids: z.array(z.int()),
    text: z.array(z.string()),
    layouts: z
      .array(
        z.looseObject({
          name: z.string(),
          axes: z.array(z.string()),
          x: z.array(z.number()),
          y: z.array(z.number()),
          z: z.array(z.number()).optional(),
        }),
      )
      .min(1),
    groupings: z
      .array(
        z.looseObject({
          name: z.string(),
          groups: z.array(z.string()),
          of: z.array(z.int().nonnegative()),
          rest: z.int().nonnegative().optional(),
        }),
      )
      .min(1),
    details: z.string().optional(),
  })
  .refine(
    ({ ids, text, layouts, groupings }) =>
      [text, ...layouts.flatMap(({ x, y, z: depth }) => [x, y, depth ?? x]), ...groupings.map(({ of }) => of)].every(
        ({ length }) => length === ids.length,
      ),
    { message: 'ids, text, layouts and groupings differ in length' },
  );

const pairSet = z
  .looseObject({
    name: z.string(),
    words: z.array(z.string()),
    pairs: z.array(z.int().nonnegative()).min(4),
    uses: z.array(z.enum(['training', 'held-out', 'left-out'])),
    squares: z.array(z.array(z.array(z.number()))),
  })
  .refine(({ words, pairs, uses }) => pairs.length === 2 * uses.length && pairs.every((word) => word < words.length), {
    message: 'pairs do not hold two words per use',
  })
  .refine(
    ({ words: { length }, squares }) => squares.flat().every((values) => values.length === (length * (length - 1)) / 2),
    { message: 'squares do not hold a distance per pair of words' },
  );

const parallelogram = z
  .looseObject({
    ...base,
    kind: z.literal('parallelogram'),
    method: z.string(),
    spaces: z.array(z.string()).min(1),
    layers: z.array(z.string()).min(1),
    relations: z.array(pairSet).min(1),
  })
  .refine(
    ({ spaces, layers, relations }) =>
      relations.every(
        ({ squares }) => squares.length === layers.length && squares.every(({ length }) => length === spaces.length),
      ),
    { message: 'squares do not go by layer and space' },
  );

const KNOWN: Readonly<Record<string, z.ZodType>> = {
  chart,
  map,
  space,
  cloud,
  parallelogram,
  table,
} satisfies Record<Figure['kind'], z.ZodType>;

/** A kind that this version does not know is let through: the panel says so in its place. */
const figure = z.looseObject({ kind: z.string() }).superRefine((value, context) => {
  const known = Object.hasOwn(KNOWN, value.kind) ? KNOWN[value.kind]!.safeParse(value) : undefined;
  for (const { message, path } of known?.error?.issues ?? []) context.addIssue({ code: 'custom', message, path });
});

/** `figures.json` as `FiguresFile` describes it; fields that this version does not know are kept. */
export const figuresSchema = z.looseObject({
  schema: z.literal('brainlens/figures@1'),
  figures: z.array(figure),
}) as unknown as z.ZodType<FiguresFile>;

/**
 * Four loops over float32 arrays as WebAssembly SIMD (128 bits, in every Node since 16.4), assembled here byte by byte: V8
 * does not vectorise JavaScript, and the sparse half of a training step is twenty times faster this way. Opcodes are those
 * of the WebAssembly core specification, 2.0.
 */
export interface SimdFunctions {
  /** y ← y + a·x; byte offsets, `count` floats. */
  axpy(y: number, x: number, a: number, count: number): void;
  /** Σ x·y. */
  dot(x: number, y: number, count: number): number;
  /**
   * One step of Adam on `count` floats (a multiple of 4): g ← g·clip; m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
   * p ← p − rate·m / (√v + epsilon). Corrections of the bias go into `rate` and `epsilon`. g is left as it was.
   */
  adam(
    p: number,
    g: number,
    m: number,
    v: number,
    count: number,
    clip: number,
    beta1: number,
    beta2: number,
    rate: number,
    epsilon: number,
  ): void;
  /**
   * Writes the indices (i32, ascending) of those of `count` floats (a multiple of 4) that exceed `threshold`; there must be
   * room for 4 more than are found. @returns how many
   */
  above(x: number, count: number, threshold: number, indices: number): number;
}

/** Compiles the loops over a memory. */
export function simdFunctions(memory: WebAssembly.Memory): SimdFunctions {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble()), { js: { memory } });
  return instance.exports as unknown as SimdFunctions;
}

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const END = 0x0b;
const LANES = 4;
const LANE_BYTES = 16;
/** Vectors per turn of the main loops. */
const UNROLLED = 4;

type Code = readonly number[];

const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const integer = (value: number): Code => [0x41, ...signed(value)];
const real = (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)];
const load = (offset = 0): Code => [0xfd, 0x00, 4, ...unsigned(offset)];
const store = (offset = 0): Code => [0xfd, 0x0b, 4, ...unsigned(offset)];
const lane = (index: number): Code => [0xfd, 0x1f, index];
const LOAD_F32: Code = [0x2a, 2, 0];
const STORE_F32: Code = [0x38, 2, 0];
const STORE_I32: Code = [0x36, 2, 0];
const SPLAT: Code = [0xfd, 0x13];
const ADD: Code = [0xfd, 0xe4, 1];
const SUBTRACT: Code = [0xfd, 0xe5, 1];
const MULTIPLY: Code = [0xfd, 0xe6, 1];
const DIVIDE: Code = [0xfd, 0xe7, 1];
const ROOT: Code = [0xfd, 0xe3, 1];
const GREATER: Code = [0xfd, 0x44];
const BITMASK: Code = [0xfd, 0xa4, 1];
const ADD_F32: Code = [0x92];
const SUBTRACT_F32: Code = [0x93];
const MULTIPLY_F32: Code = [0x94];
const ADD_I32: Code = [0x6a];
const SUBTRACT_I32: Code = [0x6b];
const AND: Code = [0x71];
const SHIFT_LEFT: Code = [0x74];
const SHIFT_RIGHT: Code = [0x76];
const NOT: Code = [0x45];

const add = (local: number, amount: Code): Code => [...get(local), ...amount, ...ADD_I32, ...set(local)];

/** `body` as long as `count` (a local) stays ≥ `step`, which is taken off it each time. */
function repeat(count: number, step: number, body: Code): Code {
  return [
    ...[0x02, 0x40, 0x03, 0x40],
    ...[...get(count), ...integer(step), 0x48, 0x0d, 1],
    ...body,
    ...[...get(count), ...integer(step), ...SUBTRACT_I32, ...set(count), 0x0c, 0],
    ...[END, END],
  ];
}

function each(times: number, code: (index: number) => Code): Code {
  return Array.from({ length: times }, (_, index) => code(index)).flat();
}

/** Parameters y, x, a, count; local 4: a in all lanes. */
function axpyBody(): Code {
  const step = UNROLLED * LANES;
  const forward = (bytes: number): Code => [...add(0, integer(bytes)), ...add(1, integer(bytes))];
  return func(
    [V128],
    [
      ...[...get(2), ...SPLAT, ...set(4)],
      ...repeat(3, step, [
        ...each(UNROLLED, (u) => {
          const at = u * LANE_BYTES;
          const sum = [...get(0), ...load(at), ...get(1), ...load(at), ...get(4), ...MULTIPLY, ...ADD];
          return [...get(0), ...sum, ...store(at)];
        }),
        ...forward(step * 4),
      ]),
      ...repeat(3, 1, [
        ...[...get(0), ...get(0), ...LOAD_F32, ...get(1), ...LOAD_F32, ...get(2), ...MULTIPLY_F32, ...ADD_F32],
        ...STORE_F32,
        ...forward(4),
      ]),
    ],
  );
}

/** Parameters x, y, count; local 3: what the tail adds, locals 4…7: partial sums. */
function dotBody(): Code {
  const step = UNROLLED * LANES;
  const forward = (bytes: number): Code => [...add(0, integer(bytes)), ...add(1, integer(bytes))];
  return func(
    [F32, V128, V128, V128, V128],
    [
      ...repeat(2, step, [
        ...each(UNROLLED, (u) => {
          const at = u * LANE_BYTES;
          return [...get(4 + u), ...get(0), ...load(at), ...get(1), ...load(at), ...MULTIPLY, ...ADD, ...set(4 + u)];
        }),
        ...forward(step * 4),
      ]),
      ...repeat(2, 1, [
        ...[...get(3), ...get(0), ...LOAD_F32, ...get(1), ...LOAD_F32, ...MULTIPLY_F32, ...ADD_F32, ...set(3)],
        ...forward(4),
      ]),
      ...[...get(4), ...get(5), ...ADD, ...get(6), ...get(7), ...ADD, ...ADD, ...set(4)],
      ...[...get(3), ...each(LANES, (index) => [...get(4), ...lane(index), ...ADD_F32])],
    ],
  );
}

/** Parameters p, g, m, v, count, clip, beta1, beta2, rate, epsilon; locals 10…12: g, m and v of four elements. */
function adamBody(): Code {
  const splat = (local: number): Code => [...get(local), ...SPLAT];
  const rest = (local: number): Code => [...real(1), ...get(local), ...SUBTRACT_F32, ...SPLAT];
  const squared: Code = [...get(10), ...get(10), ...MULTIPLY];
  const blended = (from: Code, beta: number, fresh: Code): Code => [
    ...[...from, ...splat(beta), ...MULTIPLY, ...fresh, ...rest(beta), ...MULTIPLY, ...ADD],
  ];
  return func(
    [V128, V128, V128],
    repeat(4, LANES, [
      ...[...get(1), ...load(), ...splat(5), ...MULTIPLY, ...set(10)],
      ...[...blended([...get(2), ...load()], 6, get(10)), ...set(11)],
      ...[...blended([...get(3), ...load()], 7, squared), ...set(12)],
      ...[...get(2), ...get(11), ...store(), ...get(3), ...get(12), ...store()],
      ...[...get(0), ...get(0), ...load(), ...get(11), ...splat(8), ...MULTIPLY],
      ...[...get(12), ...ROOT, ...splat(9), ...ADD, ...DIVIDE, ...SUBTRACT, ...store()],
      ...each(4, (pointer) => add(pointer, integer(LANE_BYTES))),
    ]),
  );
}

/** Parameters x, count, threshold, indices; locals 4: where the indices began, 5: index, 6: mask; 7: threshold in all lanes. */
function aboveBody(): Code {
  return func(
    [I32, I32, I32, V128],
    [
      ...[...get(3), ...set(4), ...get(2), ...SPLAT, ...set(7)],
      ...repeat(1, LANES, [
        ...[...get(0), ...load(), ...get(7), ...GREATER, ...BITMASK, ...set(6)],
        ...[0x02, 0x40, ...get(6), ...NOT, 0x0d, 0],
        // Every lane is written and kept only where its bit is set: no branch to predict.
        ...each(LANES, (index) => [
          ...[...get(3), ...get(5), ...integer(index), ...ADD_I32, ...STORE_I32],
          ...add(3, [
            ...get(6),
            ...integer(index),
            ...SHIFT_RIGHT,
            ...integer(1),
            ...AND,
            ...integer(2),
            ...SHIFT_LEFT,
          ]),
        ]),
        END,
        ...[...add(0, integer(LANE_BYTES)), ...add(5, integer(LANES))],
      ]),
      ...[...get(3), ...get(4), ...SUBTRACT_I32, ...integer(2), ...SHIFT_RIGHT],
    ],
  );
}

function assemble(): Uint8Array<ArrayBuffer> {
  const types = [
    signature([I32, I32, F32, I32], []),
    signature([I32, I32, I32], [F32]),
    signature([I32, I32, I32, I32, I32, F32, F32, F32, F32, F32], []),
    signature([I32, I32, F32, I32], [I32]),
  ];
  const names = ['axpy', 'dot', 'adam', 'above'];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [[...text('js'), ...text('memory'), 2, 0, 1]]),
    ...section(
      3,
      types.map((_, index) => [index]),
    ),
    ...section(
      7,
      names.map((name, index) => [...text(name), 0, index]),
    ),
    ...section(10, [axpyBody(), dotBody(), adamBody(), aboveBody()]),
  ]);
}

function signature(parameters: Code, results: Code): Code {
  return [0x60, parameters.length, ...parameters, results.length, ...results];
}

function section(id: number, entries: readonly Code[]): Code {
  const body = [...unsigned(entries.length), ...entries.flat()];
  return [id, ...unsigned(body.length), ...body];
}

/** A function's locals (beyond its parameters) and code. */
function func(locals: Code, code: Code): Code {
  const body = [...unsigned(locals.length), ...locals.flatMap((type) => [1, type]), ...code, END];
  return [...unsigned(body.length), ...body];
}

function text(name: string): Code {
  const bytes = new TextEncoder().encode(name);
  return [...unsigned(bytes.length), ...bytes];
}

/** LEB128. */
function unsigned(value: number): Code {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 of a number ≥ 0 that is read as signed. */
function signed(value: number): Code {
  const low = value & 0x7f;
  return value < 0x40 ? [low] : [low | 0x80, ...signed(value >>> 7)];
}

import type { InputFile } from '../shared/result';

/** How a run stands. */
export type RunState =
  | { readonly kind: 'up-to-date' }
  | { readonly kind: 'out-of-date'; readonly reason: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly message: string }
  /** It cannot be made: its place is taken, or its model is not there. */
  | { readonly kind: 'blocked'; readonly message: string };

/** What the result of a run would be made by. */
export interface Expected {
  /** `brainlens/alignment@1`. */
  readonly schema: string;
  /** With defaults; paths as results write them. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

/** What a stored result was made by. */
export interface Made extends Expected {
  readonly inputs: readonly Pick<InputFile, 'path' | 'sha256'>[];
  /** `undefined` where no study made it. */
  readonly before: Before | undefined;
  /** Models that failed in it, and that it went on without. */
  readonly lacking?: readonly string[];
}

/** What a study noted of a run's inputs right before it, by paths as results write them. */
export interface Before {
  /** `result.json` of another result → digest of what it says, which time stamps do not change. */
  readonly results: Readonly<Record<string, string>>;
  /** File or folder of a setting → digest of the names and sizes of the files behind it. */
  readonly sets: Readonly<Record<string, string>>;
}

/** Inputs as they are now; what is not there is missing. */
export interface Now extends Before {
  readonly hashes: Readonly<Record<string, string>>;
}

/**
 * How a run stands, from what its result should be made by, was made by, and what its inputs are now.
 * @param made absent: there is no result
 * @param failure why the run failed the last time, where it did
 */
export function stateOf(
  expected: Expected,
  made: Made | undefined,
  now: Now | undefined,
  failure: string | undefined,
): RunState {
  if (failure !== undefined) return { kind: 'failed', message: failure };
  if (made === undefined) return { kind: 'missing' };
  const reason = otherSettings(expected, made) ?? incomplete(made) ?? (now && otherInputs(made, now));
  return reason === undefined ? { kind: 'up-to-date' } : { kind: 'out-of-date', reason };
}

/** Why a result is not of these settings, in a few words; `undefined` where it is. */
export function otherSettings(expected: Expected, made: Made): string | undefined {
  if (made.before === undefined) return 'it was not made by a study';
  if (made.schema !== expected.schema) return `it is ${made.schema}, now ${expected.schema}`;
  if (made.seed !== expected.seed) return `seed was ${made.seed}, now ${expected.seed}`;
  const fields = [...new Set([...Object.keys(expected.spec), ...Object.keys(made.spec)])];
  const other = fields.find((field) => canonical(expected.spec[field]) !== canonical(made.spec[field]));
  return other === undefined
    ? undefined
    : `${other} was ${shown(made.spec[other])}, now ${shown(expected.spec[other])}`;
}

/** A model that failed is tried again like a run that failed: with more memory, or when it is whole, it may go. */
function incomplete({ lacking = [] }: Made): string | undefined {
  return lacking.length === 0 ? undefined : `${lacking.join(', ')} failed in it`;
}

/** Which input of a result has changed since; `undefined` where none has. */
export function otherInputs({ inputs, before }: Made, now: Now): string | undefined {
  for (const [path, set] of Object.entries(before?.sets ?? {})) {
    if (now.sets[path] === undefined) return `${path} is missing`;
    if (now.sets[path] !== set) return `the files of ${path} have changed`;
  }
  for (const { path, sha256 } of inputs) {
    const digest = before?.results[path];
    const same = digest === undefined ? now.hashes[path] === sha256 : now.results[path] === digest;
    if (same) continue;
    const there = digest === undefined ? now.hashes[path] : now.results[path];
    return there === undefined ? `${path} is missing` : `${path} has changed`;
  }
  return undefined;
}

/** JSON with keys in order. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'nothing'
  );
}

const LONGEST = 60;

function shown(value: unknown): string {
  const text = canonical(value).replace(/^"|"$/g, '');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

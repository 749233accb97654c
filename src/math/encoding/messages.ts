import { Cancelled, messageOf, UserError } from '../../shared/errors';
import type { FoldPlan, Split } from '../folds';
import type { EncodingOptions, LayerScores, Targets } from './encoding';

/** Inner folds of the rows that units with missing responses have: a plan's rule itself cannot travel. */
export interface InnerOfRows {
  readonly present: Int32Array;
  readonly inner: readonly Split[];
}

/** To the encoder process; `layer` and `request` are numbers of the sender's choice. Only `score` is answered. */
export type ToEncoder =
  | {
      readonly call: 'open';
      readonly layer: number;
      readonly features: Float32Array | Float64Array;
      readonly width: number;
      readonly plan: Omit<FoldPlan, 'innerOf'>;
      /** The plan has a rule for inner folds; what it says comes with the responses. */
      readonly ruled: boolean;
      readonly options: Omit<EncodingOptions, 'signal'>;
    }
  | {
      readonly call: 'score';
      readonly layer: number;
      readonly request: number;
      readonly targets: Targets;
      readonly predictions: boolean;
      readonly inner: readonly InnerOfRows[];
    }
  | { readonly call: 'cancel' | 'release'; readonly layer: number };

/** From the encoder process. */
export type FromEncoder =
  { readonly request: number; readonly scores: LayerScores } | { readonly request: number; readonly failure: Failure };

interface Failure {
  readonly kind: 'user' | 'cancelled' | 'internal';
  readonly message: string;
  readonly stack?: string;
}

/** An error as data. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Cancelled) return { kind: 'cancelled', message: error.message };
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  return { kind: error instanceof UserError ? 'user' : 'internal', message: messageOf(error), ...stack };
}

/** The error again, of its own class. */
export function errorOf({ kind, message, stack }: Failure): Error {
  if (kind === 'cancelled') return new Cancelled();
  const error = kind === 'user' ? new UserError(message) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

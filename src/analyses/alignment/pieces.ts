import type { Progress } from '../../shared/progress';
import type { Checkpoint, DividedWork, Piece, RunContext } from '../contract';
import { waitFor } from './waiting';

/** Work that falls into pieces, and what they are together. */
export interface PieceSet<T> {
  readonly names: readonly string[];
  /** Of all layers what each is: 1, or a part of one. */
  readonly sizes: readonly number[];
  make(index: number): Promise<Piece>;
  /** @param read of a piece of this set */
  gather(read: (index: number) => Promise<Piece>): Promise<T>;
}

/** The stage of an alignment in which layers are scored, in pieces. */
export const LAYERS_STAGE = 'layers';

/** How pieces of layers are made. */
export type PieceHost = Pick<RunContext, 'divided'> & {
  readonly checkpoint: Checkpoint | undefined;
  readonly phase: string;
  /** Layers worth having under way at the same time. */
  readonly atOnce: number;
};

type All<Sets extends readonly PieceSet<unknown>[]> = {
  [I in keyof Sets]: Sets[I] extends PieceSet<infer T> ? T : never;
};

/** Makes several sets of pieces as one divided work. @returns what each is together, in their order */
export async function* inPieces<const Sets extends readonly PieceSet<unknown>[]>(
  sets: Sets,
  { divided, checkpoint, phase, atOnce }: PieceHost,
): AsyncGenerator<Progress, All<Sets>> {
  const places = sets.flatMap((set) => set.names.map((_, index) => ({ set, index })));
  const unit = 'layers';
  const work: DividedWork = {
    ...{ stage: LAYERS_STAGE, phase, unit, checkpoint, atOnce },
    pieces: sets.flatMap(({ names }) => names),
    sizes: sets.flatMap(({ sizes }) => sizes),
    async *make([at]) {
      const { set, index } = places[at!]!;
      return [yield* waitFor(set.make(index), { phase, done: 0, total: 1, unit })];
    },
  };
  const pieces = yield* divided(work);
  const gathered: unknown[] = [];
  let first = 0;
  for (const set of sets) {
    const start = first;
    gathered.push(await set.gather((index) => pieces.read(start + index)));
    first += set.names.length;
  }
  return gathered as All<Sets>;
}

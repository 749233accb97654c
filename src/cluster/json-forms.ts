import { z } from 'zod';

/** A number of Slurm's JSON: bare, or since 23.02 `{ set, infinite, number }`; `undefined` where it is not set. */
export const slurmNumber = z.union([
  z.number(),
  z.null().transform(() => undefined),
  z
    .looseObject({ set: z.boolean().optional(), number: z.number().optional() })
    .transform(({ set, number }) => (set === false ? undefined : number)),
]);

/** A state of Slurm's JSON: a word, or since 23.11 a list of them of which the first is the state, the others flags. */
export const slurmWord = z.union([z.string(), z.array(z.string()).transform((all) => all[0] ?? '')]);

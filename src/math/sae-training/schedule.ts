/** Learning rates over a training: a linear rise, a plateau, a linear fall. */
export interface Schedule {
  readonly rate: number;
  readonly steps: number;
  /** Steps of the rise. */
  readonly warmup: number;
  /** Share of the steps, at the end, in which the rate falls to zero. */
  readonly decay: number;
}

/** Learning rate of step 0…steps − 1; the first is above zero, and so is the last. */
export function learningRate({ rate, steps, warmup, decay }: Schedule, step: number): number {
  const rise = warmup > 0 ? Math.min(1, (step + 1) / warmup) : 1;
  const falling = Math.floor(steps * decay);
  const fall = falling > 0 ? Math.min(1, (steps - step) / falling) : 1;
  return rate * Math.min(rise, fall);
}

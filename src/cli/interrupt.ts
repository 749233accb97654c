/** Exit code of a run that was cancelled by a signal. */
export const CANCELLED = 130;

const leave = (): void => process.exit(CANCELLED);
let onSignal = leave;

/** From now on SIGINT and SIGTERM end the process with 130; work that must clean up first runs in `interruptible`. */
export function listenForSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal());
}

/**
 * Turns the first signal into an abort while `work` runs. A second one does not wait: `abandon` removes what is half-written
 * and the process ends.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, abandon: () => void): Promise<T> {
  const abort = new AbortController();
  onSignal = () => {
    if (abort.signal.aborted) {
      abandon();
      leave();
    }
    abort.abort();
  };
  try {
    return await work(abort.signal);
  } finally {
    onSignal = leave;
  }
}

import type { Disposable, LogOutputChannel } from 'vscode';
import { messageOf } from '../shared/errors';

/** Long enough for activation to be over, short enough that nobody waits. */
const DELAY_MS = 200;

/** A part of the extension that is made a moment after activation, so that activation stays short. */
export class AfterStart implements Disposable {
  /** The part; `undefined` where it could not be made, or the extension ended before. */
  private readonly part: Promise<Disposable | undefined>;
  private disposed = false;

  constructor(make: () => Promise<Disposable>, log: LogOutputChannel) {
    this.part = new Promise<void>((resolve) => setTimeout(resolve, DELAY_MS)).then(async () => {
      if (this.disposed) return undefined;
      try {
        return await make();
      } catch (error) {
        log.error(`A part of Brainlens could not be started: ${messageOf(error)}`);
        return undefined;
      }
    });
  }

  dispose(): void {
    this.disposed = true;
    void this.part.then((part) => part?.dispose());
  }
}

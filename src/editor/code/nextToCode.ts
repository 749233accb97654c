import type { Disposable, LogOutputChannel } from 'vscode';
import type { ModelFolders } from '../modelFolders';
import type { ResultLibrary } from '../resultLibrary';
import { CodeIndex } from './codeIndex';
import { CodeHovers } from './hovers';
import { CodeLenses } from './lenses';
import { Sparklines } from './sparklines';

/** Results where the researcher writes: lenses, sparklines and hovers over lines of code that name a model or a result. */
export class NextToCode implements Disposable {
  private readonly parts: Disposable[];

  constructor(models: ModelFolders, results: ResultLibrary, log: LogOutputChannel) {
    const index = new CodeIndex(models, results);
    this.parts = [
      index,
      new CodeLenses(index, models, results),
      new CodeHovers(index),
      new Sparklines(index, results, log),
    ];
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }
}

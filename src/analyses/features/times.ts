import type { BrainDataset } from '../../data/brain/dataset';
import type { ScanTimes, WordTimes } from '../../math/timeseries/lanczos';
import { UserError } from '../../shared/errors';

/** When the rows of a time series were recorded. @throws UserError where the dataset has no timing */
export function scanTimes({ name, timing, runs, rows }: BrainDataset): ScanTimes {
  if (timing === undefined) {
    throw new UserError(`${name} is a time series without timing`, 'Add timing: { tr: … } to its manifest.');
  }
  return { runs, rows, step: timing.step };
}

/** When its words came. @throws UserError that names a word without a time, or of a run that was not recorded */
export function wordTimes({ name, words, runs }: BrainDataset): WordTimes {
  const index = new Map(runs.map(({ run }, i) => [run, i]));
  const run = new Int32Array(words.length);
  const middle = new Float64Array(words.length);
  words.forEach((word, i) => {
    const which = `${name}: word ${i + 1}, ${JSON.stringify(word.word)},`;
    const recorded = index.get(word.run);
    if (recorded === undefined) {
      throw new UserError(`${which} is of run ${word.run}, which has no scans`, 'Name its run as the responses do.');
    }
    if (word.onset === undefined || word.offset === undefined) {
      throw new UserError(`${which} has no onset and offset`, 'Add both, in seconds from the start of its run.');
    }
    run[i] = recorded;
    middle[i] = (word.onset + word.offset) / 2;
  });
  return { run, middle };
}

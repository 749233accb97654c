import { UserError } from '../../shared/errors';
import type { Manifest } from '../../shared/manifest';
import { counted } from '../../shared/words';
import type { DatasetStimulus, DatasetWord, Granularity } from './dataset';
import type { DatasetRows } from './load';
import { matchRows } from './match';
import { fileOf } from './reading';
import type { Reading } from './reading';
import { readResponses } from './responses';
import { readDatasetStimuli } from './stimuli';
import { averageWindows, checkScans, checkWords, inRuns } from './timeseries';
import { readWords, stimuliOfWords } from './words';

/** FIR delays in scans where the manifest gives none. */
const DELAYS = [1, 2, 3, 4];

/**
 * Reads responses and what their rows are.
 * @throws UserError for rows that do not go with stimuli, words or scans
 */
export async function readRows(reading: Reading, manifest: Manifest, granularity: Granularity): Promise<DatasetRows> {
  if (granularity === 'timeseries') return await scans(reading, manifest);
  if (manifest.timing?.rate !== undefined) return await recordedWords(reading, manifest);
  return granularity === 'word' ? await words(reading, manifest) : await sentences(reading, manifest);
}

async function sentences(reading: Reading, manifest: Manifest): Promise<DatasetRows> {
  const { stimuli, file } = await stimuliOf(reading, manifest);
  const { matrix } = await readResponses(reading, withIds(manifest), stimuli.length);
  return { ...matchRows(reading, stimuli, file, matrix), words: [], runs: [], total: stimuli.length };
}

async function stimuliOf(
  reading: Reading,
  manifest: Manifest,
): Promise<{ readonly stimuli: readonly DatasetStimulus[]; readonly file: string }> {
  if (manifest.stimuli !== undefined) {
    const { stimuli, table } = await readDatasetStimuli(reading, manifest.stimuli);
    return { stimuli, file: table.file };
  }
  const { file } = manifest.responses;
  if (file === undefined || !/\.nc$/i.test(file)) {
    throw new UserError('The manifest names no stimuli', 'Add stimuli: { file: …, text: …, id: … }.');
  }
  const [{ brainScoreAssembly }, { assemblyStimuli }] = await Promise.all([
    import('../formats/brain-score'),
    import('./assembly'),
  ]);
  const path = fileOf(reading, file, 'responses');
  return { stimuli: assemblyStimuli(await brainScoreAssembly(path, manifest.responses.variable)), file: path };
}

/** Where stimuli and responses are one table of one row per stimulus, the ids of the one are those of the other. */
function withIds({ responses, stimuli }: Manifest): Manifest['responses'] {
  const long = responses.unit !== undefined || responses.repetition !== undefined || responses.subject !== undefined;
  const same = stimuli?.id !== undefined && responses.file === stimuli.file && responses.id === undefined;
  return same && long ? { ...responses, id: stimuli.id } : responses;
}

async function words(reading: Reading, manifest: Manifest): Promise<DatasetRows> {
  const { stimuli: table, words: described } = manifest;
  const read =
    described === undefined
      ? undefined
      : await readWords(reading, withStimulusLayout(manifest), {
          runs: [],
          start: 0,
          fallback: table?.file,
          textOfStimuli: described.file === undefined ? table?.text : undefined,
        });
  const given = table === undefined && read !== undefined ? undefined : await stimuliOf(reading, manifest);
  const stimuli = given?.stimuli ?? stimuliOfWords(read!);
  const all = read?.words ?? stimuli.map(({ text, group = '' }): DatasetWord => ({ word: text, run: group }));
  if (all.length !== stimuli.length) {
    throw new UserError(
      `There are ${counted(all.length, 'word')}, but ${stimuli.length} rows of stimuli`,
      'With granularity word, each row of the stimuli is a word; let words and stimuli name one file.',
    );
  }
  const { matrix } = await readResponses(reading, withIds(manifest), stimuli.length);
  const matched = matchRows(reading, stimuli, given?.file ?? 'the words', matrix);
  return { ...matched, words: matched.kept.map((i) => all[i]!), runs: [], total: stimuli.length };
}

/** Words of the stimulus table are read as that table is laid out; their run is its group unless they name one. */
function withStimulusLayout({ words: described, stimuli }: Manifest): NonNullable<Manifest['words']> {
  if (described!.file !== undefined || stimuli === undefined) return described!;
  const { header, separator, group } = stimuli;
  return {
    ...(header !== undefined && { header }),
    ...(separator !== undefined && { separator }),
    ...(group !== undefined && { run: group }),
    ...described,
  };
}

async function scans(reading: Reading, manifest: Manifest): Promise<DatasetRows> {
  const timing = manifest.timing;
  const read = await readResponses(reading, manifest.responses, timing?.scans);
  const { matrix, runs, order } = inRuns(read.matrix);
  const tr = timing?.tr ?? read.tr;
  if (tr === undefined) throw new UserError('A time series needs its repetition time', 'Add timing: { tr: 2.0 }.');
  if (read.tr !== undefined && Math.abs(read.tr - tr) > 1e-3) {
    reading.warnings.push(
      `timing.tr is ${tr} s, but the header of ${matrix.source} says ${read.tr} s: the manifest's holds.`,
    );
  }
  checkScans(matrix.source, runs, timing ?? {});
  if (manifest.words === undefined)
    throw new UserError('A time series needs words', 'Add words: { file: …, word, onset, offset }.');
  const { words: all } = await readWords(reading, manifest.words, {
    runs: runs.map(({ run }) => run),
    start: timing?.start ?? 0,
    fallback: manifest.stimuli?.file,
  });
  checkWords(reading, all, runs, tr);
  return {
    matrix,
    stimuli: [],
    words: all,
    runs,
    timing: { step: tr, delays: timing?.delays ?? DELAYS },
    kept: order,
    total: order.length,
    unmatchedStimuli: 0,
    unmatchedResponses: 0,
  };
}

/** A continuous recording becomes one row per word: the mean over the word's window. */
async function recordedWords(reading: Reading, manifest: Manifest): Promise<DatasetRows> {
  const { rate, window, start } = manifest.timing!;
  const { matrix: samples, runs } = inRuns((await readResponses(reading, manifest.responses)).matrix);
  if (samples.lags > 1)
    throw new UserError(`${samples.source} has lags`, 'A continuous recording is [samples, units].');
  const read = await readWords(reading, manifest.words ?? {}, {
    runs: runs.map(({ run }) => run),
    start: start ?? 0,
    fallback: manifest.stimuli?.file,
    textOfStimuli: manifest.stimuli?.text,
  });
  checkWords(reading, read.words, runs, 1 / rate!);
  const data = averageWindows(samples, runs, read.words, { rate: rate!, window: window! });
  const stimuli =
    manifest.stimuli === undefined
      ? stimuliOfWords(read)
      : (await readDatasetStimuli(reading, manifest.stimuli)).stimuli;
  if (stimuli.length !== read.words.length) {
    throw new UserError(
      `There are ${counted(read.words.length, 'word')}, but ${stimuli.length} rows of stimuli`,
      'In a continuous recording, stimuli are the words; leave stimuli out, or let both name one file.',
    );
  }
  return {
    matrix: { ...samples, data, runs: read.words.map(({ run }) => run) },
    stimuli,
    words: read.words,
    runs: [],
    timing: { step: 1 / rate!, delays: [0], window: window! },
    kept: stimuli.map((_, i) => i),
    total: stimuli.length,
    unmatchedStimuli: 0,
    unmatchedResponses: 0,
  };
}

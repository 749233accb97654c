import { UserError } from '../../shared/errors';
import type { BrainScoreAssembly, Coordinate } from '../formats/brain-score';
import type { DatasetStimulus } from './dataset';
import type { PlacedBlock } from './response-arrays';
import { keyOf } from './response-matrix';
import type { UnitFacts } from './response-matrix';

/**
 * A Brain-Score assembly as responses: presentations of one stimulus are repetitions, neuroids are units of their
 * subject. Neuroids that share a name within a subject get their number behind it.
 */
export function assemblyBlock(assembly: BrainScoreAssembly): PlacedBlock {
  const { presentations, neuroids, timeBins = 1, responses, coordinates, recognised } = assembly;
  const ids = textsOf(coordinates.presentation, recognised.stimulusId);
  const subjects = textsOf(coordinates.neuroid, recognised.subject);
  const names = textsOf(coordinates.neuroid, recognised.unitId);
  const seen = new Set<string>();
  const unitKeys = Array.from({ length: neuroids }, (_, n) => {
    const plain = keyOf(subjects?.[n] ?? '', names?.[n] ?? String(n));
    const key = seen.has(plain) ? `${plain}#${n}` : plain;
    seen.add(key);
    return key;
  });
  const cells = Array.from({ length: presentations * neuroids }, (_, i) => i);
  const facts = new Map(unitKeys.map((key, n) => [key, factsOf(assembly, n)]));
  const lagAxis = lagAxisOf(assembly);
  return {
    named: true,
    facts,
    ...(lagAxis && { lagAxis }),
    block: {
      file: assembly.file,
      rowKeys: Array.from({ length: presentations }, (_, p) => keyOf('', ids?.[p] ?? String(p + 1))),
      unitKeys,
      row: Int32Array.from(cells, (i) => Math.floor(i / neuroids)),
      unit: Int32Array.from(cells, (i) => i % neuroids),
      values: responses,
      lags: timeBins,
      repetition: cells.map((i) => String(Math.floor(i / neuroids))),
    },
  };
}

/** The stimuli that an assembly itself holds, those of empty text left out. @throws UserError where it has no texts */
export function assemblyStimuli(assembly: BrainScoreAssembly): DatasetStimulus[] {
  const { coordinates, recognised, file, presentations } = assembly;
  const texts = textsOf(coordinates.presentation, recognised.text);
  if (texts === undefined) {
    throw new UserError(
      `${file} holds no texts: its coordinates of presentation are ${Object.keys(coordinates.presentation).join(', ') || 'none'}`,
      'Write a manifest with stimuli: { file, text, id } and responses: { file }.',
    );
  }
  const ids = textsOf(coordinates.presentation, recognised.stimulusId);
  const groups = textsOf(coordinates.presentation, recognised.group);
  const all = Object.keys(coordinates.presentation);
  const byName = new Map(all.map((name) => [name, textsOf(coordinates.presentation, name)!]));
  const stimuli = new Map<string, DatasetStimulus>();
  for (let p = 0; p < presentations; p++) {
    const id = ids?.[p] ?? String(p + 1);
    if (stimuli.has(id) || texts[p]!.trim() === '') continue;
    const columns = Object.fromEntries(all.map((name) => [name, byName.get(name)![p]!]));
    stimuli.set(id, { id, text: texts[p]!, ...(groups && { group: groups[p]! }), columns });
  }
  return [...stimuli.values()];
}

/** Lags in seconds from evenly spaced time bins, which assemblies give in milliseconds. */
function lagAxisOf({ coordinates: { time }, timeBins = 1 }: BrainScoreAssembly): PlacedBlock['lagAxis'] {
  const starts = time['time_bin_start'];
  if (!(starts instanceof Float64Array) || timeBins < 2) return undefined;
  const step = starts[1]! - starts[0]!;
  const even = starts.every((start, i) => Math.abs(start - starts[0]! - i * step) < 1e-6 * Math.abs(step));
  return even && step > 0 ? { start: starts[0]! / 1000, step: step / 1000 } : undefined;
}

function textsOf(coordinates: Readonly<Record<string, Coordinate>>, name: string | undefined): string[] | undefined {
  const coordinate = name === undefined ? undefined : coordinates[name];
  return coordinate === undefined ? undefined : Array.from<string | number, string>(coordinate, String);
}

function factsOf({ coordinates, recognised }: BrainScoreAssembly, neuroid: number): UnitFacts {
  const covariates: Record<string, number> = {};
  const labels: Record<string, string> = {};
  for (const [name, values] of Object.entries(coordinates.neuroid)) {
    const value = values[neuroid]!;
    if (typeof value === 'number') covariates[name] = value;
    else if (name !== recognised.unitId && name !== recognised.subject) labels[name] = value;
  }
  return { covariates, labels };
}

import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isFolder } from '../../data/files';
import { readNpyFile } from '../../data/npy-file';
import { CONTROL_KINDS } from '../../math/units/controls';
import { unitsIn } from '../../math/units/selection';
import type { Transformer } from '../../models/transformer';
import { UserError } from '../../shared/errors';
import { counted, number } from '../../shared/words';
import type { RunContext } from '../contract';
import { otherModel, readLocalization, requireSameModel } from '../features/localization';
import type { LayerFeatures } from './data';

/** Units of all layers that stand together as features. */
export interface UnitSet {
  readonly kind: string;
  readonly seed?: number;
  /** Ascending, layer · width + unit. */
  readonly units: Uint32Array;
}

/**
 * The selected units of a localization and the first `seeds` of each kind of its random sets.
 * @throws UserError for anything but a localization of this model
 */
export async function readUnitSets(
  path: string,
  seeds: number,
  model: Transformer,
  context: RunContext,
): Promise<readonly [selected: UnitSet, ...controls: UnitSet[]]> {
  const folder = basename(path) === 'result.json' ? join(path, '..') : path;
  if (!(await isFolder(folder))) {
    throw new UserError(`${path} is not a result folder`, 'Give the folder of a localization (--units).');
  }
  const result = await readLocalization(folder);
  await requireSameModel(folder, result, model, context);
  context.recordInput(join(folder, 'result.json'), 'units');
  const known = new Set((result.arrays ?? []).map(({ file }) => file));
  const masks = await readMasks(folder, 'selected', model, context);
  if (masks.length !== 1 || masks[0]!.length === 0) {
    throw new UserError(`${join(folder, 'selected.npy')} selects no unit`, 'Localize again.');
  }
  const controls: UnitSet[] = [];
  for (const kind of seeds === 0 ? [] : CONTROL_KINDS.filter((name) => known.has(`${name}.npy`))) {
    const sets = await readMasks(folder, kind, model, context);
    if (sets.length < seeds) {
      context.warn(`${folder} holds ${sets.length} sets of ${kind} where --random-seeds asks for ${seeds}.`);
    }
    sets.slice(0, seeds).forEach((units, seed) => controls.push({ kind, seed, units }));
  }
  if (seeds > 0 && controls.length === 0) {
    context.warn(`${folder} holds no random units to compare with: localize with --random-seeds.`);
  }
  warnOfFewSets(controls, context);
  return [{ kind: 'selected', units: masks[0]! }, ...controls];
}

/** The files that unit sets are read from: the localization and its masks. */
export async function filesOfUnits(path: string): Promise<string[]> {
  const folder = basename(path) === 'result.json' ? join(path, '..') : path;
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name === 'result.json' || name.endsWith('.npy')).map((name) => join(folder, name));
}

/** p against a kind of random sets is at least 1/(1 + sets). */
function warnOfFewSets(controls: readonly UnitSet[], context: RunContext): void {
  const sets = new Map<string, number>();
  for (const { kind } of controls) sets.set(kind, (sets.get(kind) ?? 0) + 1);
  const few = [...sets].filter(([, count]) => 1 / (1 + count) > 0.05);
  if (few.length === 0) return;
  const told = few.map(([kind, count]) => `${kind} ${number(1 / (1 + count), 2)} (${counted(count, 'set')})`);
  context.warn(`p against random units cannot fall below ${told.join(', ')}: 19 sets of a kind reach 0.05.`);
}

async function readMasks(
  folder: string,
  name: string,
  model: Transformer,
  context: RunContext,
): Promise<Uint32Array[]> {
  const file = join(folder, `${name}.npy`);
  context.recordInput(file, 'units');
  const { layers, width } = model.description;
  const { data, shape } = await readNpyFile(file);
  const [itsLayers, itsWidth] = shape.slice(-2);
  if (itsLayers !== layers || itsWidth !== width) throw otherModel(file, `shape (${shape.join(', ')})`, model);
  const size = layers * width;
  return Array.from({ length: data.length / size }, (_, i) =>
    unitsIn(Uint8Array.from(data.subarray(i * size, (i + 1) * size))),
  );
}

/**
 * The features of several sets of units, read in one pass over the layers.
 * @param features of all layers in order; `delays` blocks of columns per layer where a time series is delayed
 * @returns each set as features of no layer in particular: f32 [rows, units · delays]
 */
export async function gatherUnits(
  features: LayerFeatures,
  rows: number,
  sets: readonly UnitSet[],
  modelWidth: number,
): Promise<LayerFeatures[]> {
  const delays = features.width / modelWidth;
  const columns = sets.map(({ units }) => new Float32Array(rows * units.length * delays));
  for (let layer = 0; layer < features.layers.length; layer += 1) {
    const values = await features.layer(layer);
    sets.forEach(({ units }, s) => {
      const wide = units.length * delays;
      units.forEach((unit, place) => {
        if (Math.floor(unit / modelWidth) !== layer) return;
        for (let block = 0; block < delays; block += 1) {
          const from = block * modelWidth + (unit % modelWidth);
          const to = block * units.length + place;
          for (let row = 0; row < rows; row += 1) columns[s]![row * wide + to] = values[row * features.width + from]!;
        }
      });
    });
  }
  return columns.map((data, s) => ({
    layers: [],
    of: features.of,
    width: sets[s]!.units.length * delays,
    layer: () => Promise.resolve(data),
  }));
}

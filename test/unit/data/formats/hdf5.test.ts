import { describe, expect, it } from 'vitest';
import { brainScoreAssembly } from '../../../../src/data/formats/brain-score';
import { withHdf5 } from '../../../../src/data/formats/hdf5';
import { expectArray, expectProblem, fixture, golden, truncated, written } from './support';

const TYPES = ['i1', 'u1', 'li2', 'bu2', 'li4', 'bi4', 'lu4', 'li8', 'lu8', 'lf2', 'bf2', 'lf4', 'bf8'];

describe('HDF5', () => {
  it('lists every dataset with its shape and type', async () => {
    const entries = await withHdf5(fixture('types.h5'), ({ entries }) => entries);
    const found = new Map(entries.map(({ name, shape, type }) => [name, `${type} [${shape.join()}]`]));
    expect(found.get('numbers/bu2')).toBe('uint16 [2,3]');
    expect(found.get('gzip')).toBe('float64 [6,4]');
    expect(found.get('variable')).toBe('text [3]');
    expect(found.get('complex')).toBe('complex numbers [2]');
    expect(found.get('records')).toBe('records [2]');
    expect(found.get('bool')).toBe('bool [3]');
    expect(found.has('dangling')).toBe(false);
  });

  it.each(TYPES)('reads numbers stored as %s', async (type) => {
    const read = await withHdf5(fixture('types.h5'), (h5) => h5.numbers(`numbers/${type}`));
    expectArray(read, { shape: [2, 3], data: [1, 2, 3, 4, 5, 6] });
  });

  it('reads compressed chunks, scalars, empty and boolean datasets', async () => {
    await withHdf5(fixture('types.h5'), (h5) => {
      expectArray(h5.numbers('gzip'), golden.responses);
      expectArray(h5.numbers('scalar'), { shape: [], data: [3.5] });
      expectArray(h5.numbers('empty'), { shape: [0, 4], data: [] });
      expectArray(h5.numbers('bool'), { shape: [3], data: [1, 0, 1] });
    });
  });

  it('reads text of fixed and variable length, and attributes', async () => {
    await withHdf5(fixture('types.h5'), (h5) => {
      expect(h5.texts('fixed')).toEqual(['ab', 'c', '']);
      expect(h5.texts('variable')).toEqual(['ä', 'word two', '']);
      expect(h5.attribute('', 'title')).toBe('all types');
      expect(h5.attribute('gzip', 'units')).toBe('z');
      expect(h5.attribute('gzip', 'rate')).toEqual([2, 5]);
      expect(h5.attribute('gzip', 'nothing')).toBeUndefined();
    });
  });

  it('turns fill values into NaN before it scales', async () => {
    const read = await withHdf5(fixture('types.h5'), (h5) => h5.numbers('scaled'));
    expectArray(read, { shape: [4], data: [1, 6, null, 16] });
  });

  it.each([
    ['nothing', /types\.h5 holds no dataset "nothing"\. Name one of: .*bool \[3\] bool/],
    ['variable', /types\.h5: "variable" is text, not numbers/],
    ['complex', /"complex" is complex numbers, not numbers/],
    ['null', /"null" is empty, not numbers/],
    ['large', /"large" holds 9007199254740993, a whole number/],
    ['lzf', /types\.h5 is compressed with lzf\. Save it with gzip/],
  ])('says why "%s" cannot be read as numbers', async (path, message) => {
    await expectProblem(
      withHdf5(fixture('types.h5'), (h5) => h5.numbers(path)),
      message,
    );
  });

  it('refuses missing, other and truncated files on one line', async () => {
    const open = (file: string): Promise<unknown> => withHdf5(file, () => undefined);
    await expectProblem(open('/no/such.h5'), /such\.h5 does not exist/);
    await expectProblem(open(written('text.h5', 'a,b\n1,2\n')), /text\.h5 is not an HDF5 file/);
    await expectProblem(open(truncated('types.h5', 0.5)), /types\.h5 cannot be read as HDF5: truncated/);
  });
});

describe('Brain-Score assemblies', () => {
  it.each(['assembly', 'assembly-transposed', 'assembly-h5netcdf', 'assembly-time', 'assembly-characters'])(
    'recognises %s whatever the stored order',
    async (name) => {
      const found = await brainScoreAssembly(fixture(`${name}.nc`));
      const shape = [found.presentations, found.neuroids, ...(found.timeBins === undefined ? [] : [found.timeBins])];
      expectArray({ data: found.responses, shape }, golden.assemblies[name]!);
      const { presentation, neuroid } = found.coordinates;
      expect(presentation.stimulus_id).toEqual(['s0', 's1', 's2', 's3', 's4']);
      expect(presentation.sentence).toEqual(['A b.', 'C ö.', '', 'E f g.', 'H.']);
      expect(presentation.passage_index).toEqual(new Float64Array([0, 0, 1, 1, 2]));
      expect(neuroid.neuroid_id).toEqual(new Float64Array([11, 12, 13]));
      expect(neuroid.subject).toEqual(['018', '018', '288']);
      expect(Object.keys(neuroid).sort()).toEqual(['neuroid_id', 'roi', 'subject']);
      expect(found.recognised).toEqual({
        stimulusId: 'stimulus_id',
        text: 'sentence',
        group: 'passage_index',
        unitId: 'neuroid_id',
        subject: 'subject',
        region: 'roi',
      });
    },
  );

  it('names the time bins of a third dimension', async () => {
    const { coordinates, timeBins } = await brainScoreAssembly(fixture('assembly-time.nc'));
    expect(timeBins).toBe(2);
    expect(coordinates.time.time_bin_start).toEqual(new Float64Array([0, 100]));
  });

  it('asks which of several variables holds the responses', async () => {
    const file = fixture('two-variables.nc');
    await expectProblem(
      brainScoreAssembly(file),
      /holds 2 variables over presentation and neuroid.*a \[5, 3\].*b \[5, 3\]/,
    );
    const { responses, presentations, neuroids, coordinates } = await brainScoreAssembly(file, 'b');
    expectArray({ data: responses, shape: [presentations, neuroids] }, golden.assemblies['two-variables-b']!);
    expect(coordinates.presentation.presentation).toEqual(new Float64Array([10, 11, 12, 13, 14]));
  });

  it('lists what a file of another layout holds', async () => {
    await expectProblem(brainScoreAssembly(fixture('types.h5')), /no Brain-Score assembly.*gzip \[6, 4\] float64/);
  });
});

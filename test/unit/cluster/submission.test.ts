import { describe, expect, it } from 'vitest';
import { keyOf } from '../../../src/cluster/jobs';
import { jobsFor } from '../../../src/cluster/submission';
import type { LiveJob, RunWork } from '../../../src/cluster/submission';

function work(run: string, stages: Record<string, number[]>, needs: string[] = [], of = 3): RunWork {
  return {
    ...{ run, label: run, out: `/r/${run}`, needs, memory: 1e9 },
    stages: Object.entries(stages).map(([stage, missing]) => ({ stage, of, missing })),
  };
}

/** "encoding.layers 1,2 after encoding.features 17": stage, shards, keys and ids that it waits for. */
function told(works: RunWork[], live: LiveJob[] = []): { readonly cancel: readonly string[]; readonly jobs: string[] } {
  const { cancel, jobs } = jobsFor(works, live);
  const line = ({ run, stage, shards, after, afterIds }: (typeof jobs)[number]): string => {
    const waits = [...after, ...afterIds];
    return [keyOf({ run, stage }), shards.join(','), ...(waits.length > 0 ? ['after', ...waits] : [])]
      .filter(Boolean)
      .join(' ');
  };
  return { cancel, jobs: jobs.map(line) };
}

const alive = (
  id: string,
  run: string,
  stage: string,
  shards: number[] = [],
  of = shards.length > 0 ? 3 : 0,
): LiveJob => ({
  ...{ id, run, stage, shards, of },
});

describe('the jobs of a study', () => {
  it('are an array for each stage after the one before, and a reduce after all', () => {
    expect(told([work('encoding', { features: [1, 2, 3], layers: [1, 2, 3] })]).jobs).toEqual([
      'encoding.features 1,2,3',
      'encoding.layers 1,2,3 after encoding.features',
      'encoding.reduce after encoding.features encoding.layers',
    ]);
  });

  it('make only the shards that are missing, and leave out a stage that is whole', () => {
    expect(told([work('encoding', { features: [], layers: [2] })]).jobs).toEqual([
      'encoding.layers 2',
      'encoding.reduce after encoding.layers',
    ]);
    expect(told([work('encoding', { features: [], layers: [] })]).jobs).toEqual(['encoding.reduce']);
  });

  it('of a run come after the reduces of those that it needs', () => {
    const { jobs } = told([work('language', {}), work('silenced', { sweep: [1, 2, 3] }, ['language', 'elsewhere'])]);
    expect(jobs).toEqual([
      'language.reduce',
      'silenced.sweep 1,2,3 after language.reduce',
      'silenced.reduce after language.reduce silenced.sweep',
    ]);
  });

  it('are all made anew where what they need is, whatever was there', () => {
    const { jobs } = told([work('language', {}), work('silenced', { sweep: [2] }, ['language'])]);
    expect(jobs[1]).toBe('silenced.sweep 1,2,3 after language.reduce');
  });

  it('are not submitted twice: what is in the queue is waited for', () => {
    const live = [alive('17', 'lobes', 'firing', [1, 3]), alive('18', 'lobes', 'reduce')];
    expect(told([work('lobes', { firing: [1, 3] })], live)).toEqual({ cancel: [], jobs: [] });
  });

  it('replace a reduce that waits for what has failed, and keep the shards that still run', () => {
    const live = [alive('17', 'lobes', 'firing', [1]), alive('18', 'lobes', 'reduce')];
    expect(told([work('lobes', { firing: [1, 2] })], live)).toEqual({
      cancel: ['18'],
      jobs: ['lobes.firing 2', 'lobes.reduce after lobes.firing 17'],
    });
  });

  it('replace the jobs of a later stage and of runs that waited for what is made anew', () => {
    const live = [
      ...[alive('21', 'encoding', 'layers', [1, 2, 3]), alive('22', 'encoding', 'reduce')],
      ...[alive('31', 'maps', 'pairs', [1, 2, 3]), alive('32', 'maps', 'reduce')],
    ];
    const works = [
      work('encoding', { features: [2], layers: [1, 2, 3] }),
      work('maps', { pairs: [1, 2, 3] }, ['encoding']),
    ];
    expect(told(works, live)).toEqual({
      cancel: ['21', '22', '31', '32'],
      jobs: [
        'encoding.features 2',
        'encoding.layers 1,2,3 after encoding.features',
        'encoding.reduce after encoding.features encoding.layers',
        'maps.pairs 1,2,3 after encoding.reduce',
        'maps.reduce after encoding.reduce maps.pairs',
      ],
    });
  });

  it('wait for a reduce in the queue of a run that is made already', () => {
    const live = [alive('18', 'language', 'reduce')];
    expect(told([work('language', {}), work('silenced', { sweep: [1] }, ['language'])], live).jobs).toEqual([
      'silenced.sweep 1 after 18',
      'silenced.reduce after silenced.sweep 18',
    ]);
  });

  it('of another division of the stage are given up', () => {
    const live = [alive('17', 'lobes', 'firing', [1, 2], 8)];
    expect(told([work('lobes', { firing: [1, 2, 3] })], live)).toEqual({
      cancel: ['17'],
      jobs: ['lobes.firing 1,2,3', 'lobes.reduce after lobes.firing'],
    });
  });
});

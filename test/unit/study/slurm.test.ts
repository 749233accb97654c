import { describe, expect, it } from 'vitest';
import { joinedSlurmSettings, slurmMistakes, slurmSettingsOf } from '../../../src/study/slurm';
import { studySchema } from '../../../src/study/schema';
import { studyOf } from '../../../src/study/study';
import { parseYaml } from '../../../src/yaml/syntax';
import { schemaProblems } from '../../../src/yaml/validate';

const study = (slurm: string): string => `slurm: ${slurm}\nanalyses: {}\n`;
const problems = (slurm: string): string[] =>
  schemaProblems(parseYaml(study(slurm)), studySchema).map(({ message }) => message);

describe('the slurm section of a study', () => {
  it('is read as it stands; lines of shell may be one text or a list', () => {
    const text = study(
      '\n  partition: cpu\n  time: 4:00:00\n  arrayLimit: 20\n  shards: 50\n  environment: |\n    module load nodejs/20\n    ulimit -c 0',
    );
    expect(studyOf(parseYaml(text)).slurm).toEqual({
      ...{ partition: 'cpu', time: '4:00:00', arrayLimit: 20, shards: 50 },
      environment: ['module load nodejs/20', 'ulimit -c 0'],
    });
    expect(studyOf(parseYaml(study('{ time: 90, environment: [a, b] }'))).slurm).toEqual({
      time: '90',
      environment: ['a', 'b'],
    });
    expect(studyOf(parseYaml('analyses: {}')).slurm).toEqual({});
  });

  it.each([
    ['{ partition: cpu, account: lab.x, time: "1-12:00:00", arrayLimit: 4, shards: 8 }', 0],
    ['{ time: 90 }', 0],
    ['{ partition: "cpu --wrap=reboot" }', 1],
    ['{ account: "lab\\nreboot" }', 1],
    ['{ time: soon }', 1],
    ['{ shards: 0 }', 1],
    ['{ shards: 1001 }', 1],
    ['{ nodes: 4 }', 1],
  ])('%s has %i mistakes', (slurm, mistakes) => expect(problems(slurm)).toHaveLength(mistakes));

  it('wins over the settings, key by key', () => {
    expect(joinedSlurmSettings({ partition: 'gpu' }, { partition: 'cpu', account: 'lab' })).toEqual({
      partition: 'gpu',
      account: 'lab',
    });
  });

  it('says what is wrong with settings that come as JSON', () => {
    expect(
      slurmMistakes({ partition: 'a b', nodes: 2, time: 'soon', shards: 5000, environment: 3, account: 'lab' }),
    ).toEqual([
      'partition is "a b": write the name of a partition, or several with commas',
      'there is no nodes: there are partition, account, time, arrayLimit, shards, environment',
      'time is "soon": write a limit such as "4:00:00", "1-12:00:00" or "90" for minutes',
      'shards is 5000: write a whole number from 1 to 1000',
      'environment is 3: write a list of lines',
    ]);
    expect(slurmSettingsOf({ partition: 'a b', shards: 3 })).toEqual({ shards: 3 });
  });
});

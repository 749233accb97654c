import { expect, it } from 'vitest';
import { localShards } from '../../../src/cli/local-shards';
import { runCommandLine } from '../../../src/cli/program';
import { surroundingsOf } from '../../../src/cli/slurm';
import { lobesSpec } from '../../../src/analyses/lobes/spec';
import { jobFor } from '../../../src/engine/study/run';

type Study = Parameters<typeof localShards>[2];
type Opened = Parameters<typeof surroundingsOf>[0];

const study = (provider?: Study['provider'], selfCheck?: boolean): Study => ({
  ...{ file: '/s/mine.study.yaml', workspace: '/s', cacheFolder: '/cache', samples: '/samples' },
  ...{ seed: 7, threads: 4, memory: 8e9, executor: 'auto', ...(provider !== undefined && { provider }) },
  ...(selfCheck !== undefined && { selfCheck }),
});

function localFlags(provider?: Study['provider'], selfCheck?: boolean): readonly string[] {
  const shards = localShards('mine.study.yaml', { shards: '2' }, study(provider, selfCheck))!;
  const run = { id: 'encoding' } as Parameters<typeof shards.command>[0]['run'];
  return shards.command({ run } as never, { stage: 'features', index: 1, count: 2 }).args;
}

function clusterFlags(provider?: Study['provider'], selfCheck?: boolean): readonly string[] {
  const plan = { runs: [{ out: '/s/.brainlens/mine/encoding' }] };
  return surroundingsOf({ plan, study: study(provider, selfCheck), said: {} } as unknown as Opened, {}, {}).flags;
}

/** Behind a flag. */
const valueOf = (flags: readonly string[], flag: string): string | undefined => flags[flags.indexOf(flag) + 1];

it.each([
  ['on this machine', localFlags],
  ['on a cluster', clusterFlags],
])('shards %s run where the study was told to, and are told nothing where it was not', (_where, flagsOf) => {
  expect(valueOf(flagsOf('webgpu'), '--provider')).toBe('webgpu');
  expect(valueOf(flagsOf('webgpu'), '--seed')).toBe('7');
  expect(flagsOf()).not.toContain('--provider');
  expect(flagsOf(undefined, false)).toContain('--no-self-check');
  for (const selfCheck of [undefined, true]) expect(flagsOf(undefined, selfCheck)).not.toContain('--no-self-check');
});

it('the jobs of a study leave out the self-check where it was asked for', async () => {
  const run = { ...{ id: 'a', label: 'a', out: '/s/a', needs: [] }, input: {}, spec: lobesSpec };
  const turn = { run, input: {}, leftOut: [] } as unknown as Parameters<typeof jobFor>[0];
  expect((await jobFor(turn, study(undefined, false))).selfCheck).toBe(false);
  expect(await jobFor(turn, study())).not.toHaveProperty('selfCheck');
});

it('a shard takes the provider that it is given, and no other word', async () => {
  let stderr = '';
  const streams = { stdout: { write: () => undefined }, stderr: { write: (text: string) => void (stderr += text) } };
  await runCommandLine(['shard', 'nowhere.study.yaml', 'encoding', '--reduce', '--provider', 'cuda'], streams);
  expect(stderr).toMatch(/nowhere\.study\.yaml/);
  stderr = '';
  await runCommandLine(['shard', 'nowhere.study.yaml', 'encoding', '--reduce', '--provider', 'warp'], streams);
  expect(stderr).toMatch(/--provider.*warp.*(webgpu|cuda)/);
});

import { expect, it } from 'vitest';
import { localShards } from '../../../src/cli/local-shards';
import { runCommandLine } from '../../../src/cli/program';
import { surroundingsOf } from '../../../src/cli/slurm';

type Study = Parameters<typeof localShards>[2];
type Opened = Parameters<typeof surroundingsOf>[0];

const study = (provider?: Study['provider']): Study => ({
  ...{ file: '/s/mine.study.yaml', workspace: '/s', cacheFolder: '/cache', samples: '/samples', selfCheck: true },
  ...{ seed: 7, threads: 4, memory: 8e9, executor: 'auto', ...(provider !== undefined && { provider }) },
});

function localFlags(provider?: Study['provider']): readonly string[] {
  const shards = localShards('mine.study.yaml', { shards: '2' }, study(provider))!;
  const run = { id: 'encoding' } as Parameters<typeof shards.command>[0]['run'];
  return shards.command({ run } as never, { stage: 'features', index: 1, count: 2 }).args;
}

function clusterFlags(provider?: Study['provider']): readonly string[] {
  const plan = { runs: [{ out: '/s/.brainlens/mine/encoding' }] };
  return surroundingsOf({ plan, study: study(provider), said: {} } as unknown as Opened, {}, {}).flags;
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

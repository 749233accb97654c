import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rewrite } from './safetensors';
import { Bench, brainlens, cli, localize } from './support';
import type { Ended } from './support';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.remove());

const weights = () => join(bench.model, 'model.safetensors');
const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

/** One line on the error stream that names `culprit` and says what to do; exit code 2; no output; nothing written. */
function expectRefusal({ code, stdout, stderr }: Ended, culprit: string | RegExp): void {
  expect(stderr).toMatch(/^brainlens: [^\n]+\n$/);
  if (typeof culprit === 'string') expect(stderr).toContain(culprit);
  else expect(stderr).toMatch(culprit);
  // The problem, and then at least one more sentence: the remedy.
  expect(stderr.trim()).toMatch(/\. \S.*\.$/);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(bench.written()).toEqual([]);
}

describe('a bad model', () => {
  const refused = async (culprit: string | RegExp) => {
    expectRefusal(await brainlens(bench, localize(bench, '--quiet')), culprit);
  };

  it('folder that does not exist', async () => {
    rmSync(bench.model, { recursive: true });
    await refused(bench.model);
  });

  it('with a safetensors file cut off in its header', async () => {
    truncateSync(weights(), 100);
    await refused(weights());
  });

  it('with a safetensors file cut off in its data', async () => {
    truncateSync(weights(), 200_000);
    await refused(weights());
  });

  it('with an empty safetensors file', async () => {
    truncateSync(weights(), 0);
    await refused(weights());
  });

  it('with a corrupt safetensors header', async () => {
    const file = readFileSync(weights());
    file.fill('?', 8, 40);
    writeFileSync(weights(), file);
    await refused(weights());
  });

  it.each([
    ['a little', 1_000_000n],
    ['beyond all reason', 2n ** 63n],
  ])('with a header length larger than the file, %s', async (_how, length) => {
    const file = readFileSync(weights());
    file.writeBigUInt64LE(length, 0);
    writeFileSync(weights(), file);
    await refused(weights());
  });

  it('with a tensor out of bounds', async () => {
    rewrite(weights(), (header) => {
      const tensor = header['model.norm.weight']!;
      tensor.data_offsets = [tensor.data_offsets[0] + 1e6, tensor.data_offsets[1] + 1e6];
    });
    await refused(/model\.safetensors.*model\.norm\.weight/);
  });

  it('with a missing tensor', async () => {
    rewrite(weights(), (header) => delete header['model.layers.2.mlp.up_proj.weight']);
    await refused(/model.*model\.layers\.2\.mlp\.up_proj\.weight/);
  });

  it('with a weight that is not a number', async () => {
    rewrite(weights(), (header, data) => {
      const [from, to] = header['model.layers.1.self_attn.v_proj.weight']!.data_offsets;
      for (let at = from; at < to; at += 2) data.writeUInt16LE(0x7fc0, at);
    });
    await refused(/model\.safetensors.*model\.layers\.1\.self_attn\.v_proj\.weight/);
  });

  it('with a single weight that is not a number', async () => {
    rewrite(weights(), (header, data) => {
      data.writeUInt16LE(0x7fc0, header['model.layers.3.mlp.down_proj.weight']!.data_offsets[0] + 2 * 777);
    });
    await refused(bench.model);
  });

  it('of an unsupported family, with those that are supported', async () => {
    const config = join(bench.model, 'config.json');
    writeFileSync(config, readFileSync(config, 'utf8').replace('"llama"', '"mamba"'));
    await refused(/mamba.*llama.*gpt2|mamba.*gpt2.*llama/);
  });

  it('without a tokenizer', async () => {
    rmSync(join(bench.model, 'tokenizer.json'));
    await refused(/model.*tokenizer\.json/);
  });

  it('whose config.json is not JSON', async () => {
    writeFileSync(join(bench.model, 'config.json'), '{ "model_type": ');
    await refused(join(bench.model, 'config.json'));
  });

  it.each([
    ['that is not one', () => Buffer.from('this is no GGUF file at all, but some text')],
    ['that is empty', () => Buffer.alloc(0)],
    ['cut off in its header', () => ggufStart()],
    ['with a damaged header', () => Buffer.concat([ggufStart(), Buffer.alloc(64, 0xff)])],
  ])('in a .gguf %s', async (_what, content) => {
    bench.write('broken.gguf', content());
    expectRefusal(
      await brainlens(bench, localize(bench, '--model', join(bench.home, 'broken.gguf'), '--quiet')),
      'broken.gguf',
    );
  });

  it('that needs more memory than it may have', async () => {
    expectRefusal(await brainlens(bench, localize(bench, '--memory', '20MB', '--quiet')), /needs.*20\.0 MB/);
  });

  it('folder without read permission', async () => {
    chmodSync(bench.model, 0o000);
    openUp(bench);
    mkdirSync(bench.results);
    chmodSync(bench.results, 0o777);
    const options = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
    const ended = await brainlens(bench, localize(bench, '--quiet'), options);
    chmodSync(bench.model, 0o755);
    expectRefusal(ended, bench.model);
    expect(ended.stderr).toMatch(/permission/);
  });
});

describe('bad stimuli', () => {
  const refused = async (content: string | Uint8Array, culprit: string | RegExp, ...more: string[]) => {
    bench.write('stimuli.csv', content);
    expectRefusal(await brainlens(bench, localize(bench, '--quiet', ...more)), culprit);
  };

  it('that are not there', async () => {
    rmSync(bench.stimuli);
    expectRefusal(await brainlens(bench, localize(bench, '--quiet')), bench.stimuli);
  });

  it('of an empty file', () => refused('', 'stimuli.csv'));
  it('of column names alone', () => refused('text,condition\n', 'stimuli.csv'));
  it('of one condition only', () =>
    refused('text,condition\nthe bridge,S\nthe river,S\n', /stimuli\.csv.*sentences \(2\)/));
  it('without the column that was asked for', () =>
    refused('text,condition\na,S\nb,N\n', /stimuli\.csv.*item/, '--text-column', 'item'));
  it('without any known column', () => refused('uno,due\na,S\nb,N\n', 'stimuli.csv'));
  it('that are a binary file', () => refused(readFileSync(join(bench.model, 'model.safetensors')), 'stimuli.csv'));
  it('with an empty text', () => refused('text,condition\na,S\n,N\nb,N\n', /stimuli\.csv.*\b2\b/));
});

describe('a place that cannot be written', () => {
  it('because it holds another result', async () => {
    expect(await brainlens(bench, localize(bench, '--quiet'))).toMatchObject({ code: 0 });
    const { code, stderr } = await brainlens(bench, localize(bench, '--quiet'));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `brainlens: ${join(bench.results, 'run')} holds another result. Choose another folder (--out), or replace it with --force.\n`,
    });
    expect(await brainlens(bench, localize(bench, '--quiet', '--force'))).toMatchObject({ code: 0 });
    expect(bench.written()).toEqual(['run']);
  });

  it('because permission is missing', async () => {
    mkdirSync(bench.results);
    openUp(bench);
    chmodSync(bench.results, 0o555);
    const options = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
    const ended = await brainlens(bench, localize(bench, '--quiet'), options);
    chmodSync(bench.results, 0o755);
    expectRefusal(ended, join(bench.results, 'run'));
  });

  it('because the disk is full', async ({ skip }) => {
    mkdirSync(bench.results);
    if (!mountTiny(bench.results)) skip('a tiny file system cannot be mounted here (needs root)');
    try {
      expectRefusal(await brainlens(bench, localize(bench, '--quiet')), /run.*disk is full/);
    } finally {
      execFileSync('umount', [bench.results]);
    }
  });

  it('because standard output is a full disk', async () => {
    const script = `exec "$0" "$@" > /dev/full`;
    const ended = await brainlensThrough('sh', ['-c', script, process.execPath, cli, '--help']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^brainlens: standard output cannot be written \(ENOSPC\)\.\n$/);
  });
});

/** Lets another user pass through the bench and write its cache. */
function openUp({ home, cache }: Bench): void {
  chmodSync(home, 0o755);
  mkdirSync(cache, { recursive: true });
  chmodSync(cache, 0o777);
  for (const name of readdirSync(home)) if (name.endsWith('.csv')) chmodSync(join(home, name), 0o644);
}

function mountTiny(folder: string): boolean {
  if (!isRoot) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A GGUF's first bytes: version 3, 5 tensors, 7 metadata entries, and then nothing. */
function ggufStart(): Buffer {
  const start = Buffer.alloc(24);
  start.write('GGUF');
  start.writeUInt32LE(3, 4);
  start.writeBigUInt64LE(5n, 8);
  start.writeBigUInt64LE(7n, 16);
  return start;
}

async function brainlensThrough(command: string, args: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stderr };
}

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNpyFile } from '../../src/data/npy-file';
import { resultSchema } from '../../src/shared/result';
import { Bench, brainlens, cli, dist, localize, stimuliCsv } from './support';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.remove());

/** What stands on the error stream with `--quiet`. */
const onlyWarnings: unknown = expect.stringMatching(/^(Warning: [^\n]+\n)*$/);

describe('the built command line', () => {
  it('is executable by its first line, and says its version', async () => {
    expect(readFileSync(cli, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node');
    const { stdout, code } = await brainlens(bench, ['--version']);
    expect([stdout.trim(), code]).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+/), 0]);
  });

  it('needs nothing but its own folder', async () => {
    const { code } = await brainlens(bench, localize(bench), {
      env: { ...process.env, NODE_PATH: '' },
      cwd: bench.home,
    });
    expect(code).toBe(0);
    expect(readdirSync(dist)).not.toContain('node_modules');
  });

  it('says what a model is, as a table and as a document with its checksums', async () => {
    const table = await brainlens(bench, ['info', bench.model]);
    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout).toMatch(/family +llama\nsupport +verified: .+\nlayers +4\nwidth +64\n/);
    const { code, stdout } = await brainlens(bench, ['info', bench.model, '--json']);
    expect(code).toBe(0);
    const document = resultSchema.parse(JSON.parse(stdout));
    expect(document.result).toMatchObject({
      family: 'llama',
      layers: 4,
      width: 64,
      heads: 4,
      parameters: 123_456,
      dtype: 'BF16',
      vocabulary: 384,
    });
    expect(document.provenance.inputs.map(({ path }) => path)).toContain('model/model.safetensors');
    expect(readdirSync(bench.home)).not.toContain('.brainlens');
    await brainlens(bench, ['info', bench.model, '--out', join(bench.results, 'facts')]);
    expect(readdirSync(join(bench.results, 'facts')).sort()).toEqual(['figures.json', 'result.json']);
  });

  it('prints the summary and the folder; the estimate and progress stay on the error stream', async () => {
    const { code, stdout, stderr } = await brainlens(bench, localize(bench));
    expect(code).toBe(0);
    const [summary, folder] = stdout.trim().split('\n');
    expect(summary).toMatch(/^2 of 256 units/);
    expect(folder).toBe(join(bench.results, 'run'));
    expect(stderr).toMatch(/^Memory: .* resident, .* streaming, budget .*: runs resident\./);
    const t = await readNpyFile(join(bench.results, 'run/t.npy'));
    expect(t.shape).toEqual([4, 64]);
  });

  it('prints result.json, exactly, with --json, and nothing but warnings with --quiet', async () => {
    const { code, stdout, stderr } = await brainlens(bench, localize(bench, '--json', '--quiet'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: onlyWarnings });
    expect(stdout).toBe(readFileSync(join(bench.results, 'run/result.json'), 'utf8'));
    expect(resultSchema.parse(JSON.parse(stdout)).schema).toBe('brainlens/localization@1');
  });

  it('writes to .brainlens by default, a new folder for each of two runs at once', async () => {
    const args = ['localize', '--model', bench.model, '--stimuli', bench.stimuli, '--quiet'];
    const ended = await Promise.all([brainlens(bench, args), brainlens(bench, args)]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    const folders = readdirSync(join(bench.home, '.brainlens'));
    expect(folders).toHaveLength(2);
    for (const folder of folders) expect(folder).toMatch(/^localize-\d{8}-\d{6}(-2)?$/);
  });

  it('gives the same arrays for the same seed, other controls for another, either way it runs', async () => {
    const random = async (name: string, ...more: string[]) => {
      const out = join(bench.results, name);
      const args = ['localize', '--model', bench.model, '--stimuli', bench.stimuli, '--quiet', '--out', out, ...more];
      expect(await brainlens(bench, args)).toMatchObject({ code: 0, stderr: onlyWarnings });
      return [readFileSync(join(out, 'random.npy')), readFileSync(join(out, 'selected.npy'))] as const;
    };
    const [first, again, streamed, other] = [
      await random('first'),
      await random('again'),
      await random('streamed', '--executor', 'streaming'),
      await random('other', '--seed', '1'),
    ];
    expect(again[0].equals(first[0])).toBe(true);
    expect(streamed[1].equals(first[1])).toBe(true);
    expect(other[0].equals(first[0])).toBe(false);
    expect(other[1].equals(first[1])).toBe(true);
  });

  it('stores activations and scores', async () => {
    const common = ['--model', bench.model, '--stimuli', bench.stimuli, '--quiet'];
    const activations = join(bench.results, 'activations');
    const args = ['activations', ...common, '--pooling', 'mean', '--layers', '-1,0,3', '--out', activations];
    expect(await brainlens(bench, args)).toMatchObject({ code: 0, stderr: '' });
    expect((await readNpyFile(join(activations, 'activations.npy'))).shape).toEqual([80, 3, 64]);
    const score = join(bench.results, 'score');
    expect(await brainlens(bench, ['score', ...common, '--out', score])).toMatchObject({ code: 0, stderr: '' });
    const { data, shape } = await readNpyFile(join(score, 'logprobs.npy'));
    expect(shape).toEqual([80]);
    expect(Array.from(data).every((value) => value < 0)).toBe(true);
  });

  it('makes a report of a result that loads nothing from anywhere', async () => {
    await brainlens(bench, localize(bench, '--quiet'));
    const { code, stdout } = await brainlens(bench, ['report', join(bench.results, 'run')]);
    const path = join(bench.results, 'run/report.html');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${path}\n` });
    const html = readFileSync(path, 'utf8');
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)=["']?https?:/);
    const elsewhere = join(bench.home, 'elsewhere.html');
    expect(
      await brainlens(bench, ['report', join(bench.results, 'run/result.json'), '--out', elsewhere]),
    ).toMatchObject({ code: 0 });
    expect(readFileSync(elsewhere).equals(readFileSync(path))).toBe(true);
  });

  it('replaces a report by a report, and nothing else', async () => {
    const run = join(bench.results, 'run');
    await brainlens(bench, localize(bench, '--quiet'));
    for (let time = 0; time < 2; time++) expect(await brainlens(bench, ['report', run])).toMatchObject({ code: 0 });
    const thesis = bench.write('thesis.html', '<!doctype html><html lang="en"><p>Mine</p></html>');
    for (const place of [thesis, bench.model, join(run, 'result.json')]) {
      const { code, stdout, stderr } = await brainlens(bench, ['report', run, '--out', place]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^brainlens: .* exists and is not a Brainlens report\. Choose another file[^\n]*\n$/);
    }
    expect(readFileSync(thesis, 'utf8')).toContain('Mine');
    expect(await brainlens(bench, ['report', run, '--out', join(bench.home, 'no/where.html')])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^brainlens: [^\n]*no is missing or takes no files\.[^\n]*\n$/) as string,
    });
  });

  it('says its warnings even with --quiet', async () => {
    bench.write('stimuli.csv', stimuliCsv(2));
    const { code, stderr } = await brainlens(bench, localize(bench, '--quiet'));
    expect(code).toBe(0);
    expect(stderr).toMatch(/^(Warning: [^\n]*\n)+$/);
    expect(stderr).toContain('fewer than four stimuli');
  });

  it('refuses what cannot go before it says what the run will need', async () => {
    const taken = join(bench.results, 'run');
    await brainlens(bench, localize(bench, '--quiet'));
    for (const more of [
      ['--out', taken],
      ['--stimuli', join(bench.home, 'nowhere.csv')],
      ['--fraction', '2'],
    ]) {
      const { code, stderr } = await brainlens(bench, localize(bench, '--out', join(bench.results, 'new'), ...more));
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^brainlens: [^\n]*\n$/)]);
    }
  });

  it.runIf(process.platform === 'linux')('refuses a place that takes no folders, at once', async () => {
    const { code, stderr } = await brainlens(bench, localize(bench, '--out', '/proc/brainlens'), { timeout: 20_000 });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^brainlens: \/proc\/brainlens cannot be[^\n]*\n$/)]);
    const { code: withoutCache } = await brainlens(bench, localize(bench, '--quiet'), {
      env: { BRAINLENS_CACHE: '/proc/brainlens' },
      timeout: 20_000,
    });
    expect(withoutCache).toBe(0);
  });

  it('ends quietly when its reader has seen enough', async () => {
    const script = `"$0" "$1" --help | head -c 10 >/dev/null; exit "\${PIPESTATUS[0]}"`;
    const child = spawn('bash', ['-c', script, process.execPath, cli], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(stderr).toBe('');
  });
});

describe('a signal', () => {
  /** Sends the signal half a second into a run of several seconds. */
  const interrupted = async (name: NodeJS.Signals, times: number) => {
    bench.write('stimuli.csv', stimuliCsv(5000));
    let begun = false;
    const onStderr = (text: string, pid: number) => {
      if (begun || !text.includes('Memory:')) return;
      begun = true;
      setTimeout(() => {
        for (let sent = 0; sent < times; sent++) process.kill(pid, name);
      }, 500);
    };
    return brainlens(bench, localize(bench), { onStderr });
  };

  it.each(['SIGINT', 'SIGTERM'] as const)('%s in mid-run ends it with 130 and leaves nothing', async (name) => {
    const { code, signal, stdout, stderr } = await interrupted(name, 1);
    expect({ code, signal, stdout }).toEqual({ code: 130, signal: null, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toBe('brainlens: cancelled; nothing was written.');
    expect(readdirSync(bench.home).sort()).toEqual(['cache', 'model', 'stimuli.csv']);
  });

  it('twice ends it too', async () => {
    expect(await interrupted('SIGINT', 2)).toMatchObject({ code: 130, signal: null });
    expect(bench.written()).toEqual([]);
  });
});

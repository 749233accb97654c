import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/program';
import { ProgressDisplay } from '../../../src/cli/progress';
import { cacheFolder, defaultMemory, parseMemory, parseWhole } from '../../../src/cli/settings';

async function brainlens(...args: string[]) {
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(args, {
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
  });
  return { code, stdout, stderr };
}

describe('what a model is', () => {
  const model = join(__dirname, '../../../samples/models/tiny-random');
  const folder = mkdtempSync(join(tmpdir(), 'brainlens-info-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is a table, stored or not; help promises no folder without --out, and what is stored has no report', async () => {
    const help = (await brainlens('info', '--help')).stdout.replace(/\s+/g, ' ');
    expect(help).toContain('--out <dir> a result folder that keeps the answer (default: none is written)');
    const out = join(folder, 'facts');
    const [table, stored] = [await brainlens('info', model), await brainlens('info', model, '--out', out, '--quiet')];
    expect(table.stdout).toMatch(/^model .*\nfamily /);
    expect(stored.stdout).toBe(`${table.stdout}${out}\n`);
    const { code, stderr } = await brainlens('report', out);
    expect(code).toBe(2);
    expect(stderr).toMatch(/facts holds what info tells of a model, .*there is nothing to report\. Give/);
    // The first to ask imports everything that opens models.
  }, 60_000);
});

describe('usage of the command line', () => {
  it('prints help for every verb from its spec, with defaults and what is required', async () => {
    const { code, stdout, stderr } = await brainlens('localize', '--help');
    expect(code).toBe(0);
    expect(stderr).toBe('');
    const help = stdout.replace(/\s+/g, ' ');
    expect(help).toMatch(/--model <path> .*\(required\)/);
    expect(help).toMatch(/--fraction <number> .*\(default: 0\.01\)/);
    expect(help).toMatch(/--max-tokens <number>/);
    expect(help).toMatch(/--stimuli <paths\.\.\.>/);
    expect(help).toMatch(/--signed /);
    for (const common of ['--out', '--seed', '--threads', '--memory', '--executor', '--json', '--quiet', '--force']) {
      expect(help).toContain(`${common} `);
    }
    const all = await brainlens('--help');
    for (const verb of ['info', 'localize', 'report']) expect(all.stdout).toContain(`  ${verb} `);
  });

  it('takes help and version for the options that say the same', async () => {
    for (const [words, same] of [
      [['help'], ['--help']],
      [
        ['help', 'run'],
        ['run', '--help'],
      ],
      [
        ['help', 'sae', 'train'],
        ['sae', 'train', '--help'],
      ],
      [['version'], ['--version']],
    ] as const) {
      const [one, other] = [await brainlens(...words), await brainlens(...same)];
      expect(one).toEqual(other);
      expect(one.code).toBe(0);
      expect(one.stdout).not.toBe('');
    }
  });

  it.each([
    [[], /no verb/],
    [['lokalize'], /unknown command 'lokalize' \(Did you mean localize\?\) See brainlens --help\.$/],
    [
      ['localize', '--modle', 'x'],
      /unknown option '--modle' \(Did you mean --model\?\) See brainlens localize --help\.$/,
    ],
    [['run', 'x', '--zzz'], /unknown option '--zzz'\. See brainlens run --help\.$/],
    [['sae', 'train', '--zzz'], /unknown option '--zzz'\. See brainlens sae train --help\.$/],
    [['--zzz'], /unknown option '--zzz'\. See brainlens --help\.$/],
    [['help', 'lokalize'], /unknown command 'lokalize'/],
    [['localize', '--fraction', 'abc', '--model', 'x'], /--fraction "abc" is not a number/],
    [['localize', '--model', 'x', '--pooling', 'max'], /--pooling "max" is not one of last, mean, sum/],
    [['localize', '--model', 'x', '--threads', '0'], /--threads "0" is not a whole number of at least 1/],
    [['localize', '--model', 'x', '--seed', '1.5'], /--seed "1\.5"/],
    [['localize', '--model', 'x', '--memory', 'lots'], /--memory "lots"/],
    [['localize', '--model', 'x', '--executor', 'fast'], /'--executor <way>' argument 'fast' is invalid/],
    [['localize', '--model'], /'--model <path>' argument missing/],
    [['localize', 'model'], /too many arguments/],
    [
      ['localize', '--model', 'x', '--fraction', '2'],
      /: --fraction 2: must be at most 1\. See brainlens localize --help\.$/,
    ],
    [['localize', '--model', 'x', '--fraction', '0'], /: --fraction 0: must be above 0\. See/],
    [['localize', '--model', 'x', '--positive', 'S'], /: --positive: needs --negative too .*: give both\. See/],
    [['localize', '--model', 'x', '--fraction', 'abc'], /is not a number\. See brainlens localize --help\.$/],
    [['localize', '--model', 'x', '--threads', '0'], /of at least 1\. Write for example --threads 4\.$/],
    [
      ['localize', '1', '2'],
      /too many .* but got 2\. Lists of numbers are separated by commas, without blanks\. See brainlens localize --help\.$/,
    ],
    [['activations', '--model', 'x', '--stimuli', 'y', '--layers', '1,b'], /: --layers: must be a list of layers/],
    [['info'], /missing required argument 'model'/],
    [['report', '/nowhere/at/all'], /nowhere\/at\/all does not exist/],
  ])('answers %j with one line and exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await brainlens(...args);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr).toMatch(/^brainlens: [^\n]*\n$/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('amounts', () => {
  it('of memory come in decimal and binary units', () => {
    expect(['4GB', '1.5 GiB', '800mb', '123', '2TB'].map(parseMemory)).toEqual([4e9, 1.5 * 2 ** 30, 8e8, 123, 2e12]);
    for (const text of ['', '-1GB', '0', 'GB', '4XB', '1e9', 'NaN'])
      expect(() => parseMemory(text)).toThrow('--memory');
  });

  it('are whole where they must be', () => {
    expect(parseWhole('--seed', '12', 0)).toBe(12);
    for (const text of ['', '-1', '1.5', '1e3', '0x10', '99999999999999999999']) {
      expect(() => parseWhole('--seed', text, 0)).toThrow('--seed');
    }
  });

  it('of memory by default stay within the machine’s or the container’s', () => {
    expect(defaultMemory()).toBeGreaterThan(0);
    const limit = process.constrainedMemory();
    if (limit > 0 && limit < 2 ** 60) expect(defaultMemory()).toBeLessThanOrEqual(0.6 * limit);
  });
});

it('caches where the platform keeps caches, unless told', () => {
  expect(cacheFolder({ BRAINLENS_CACHE: '/c' }, 'linux')).toBe('/c');
  expect(cacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe('/x/brainlens');
  expect(cacheFolder({}, 'linux')).toMatch(/\.cache\/brainlens$/);
  expect(cacheFolder({}, 'darwin')).toMatch(/Library\/Caches\/brainlens$/);
  expect(cacheFolder({ LOCALAPPDATA: '/l' }, 'win32')).toBe('/l/brainlens/Cache');
});

describe('progress', () => {
  const play = (isTTY: boolean, columns?: number) => {
    let clock = 0;
    let text = '';
    const display = new ProgressDisplay(
      { isTTY, columns: columns ?? 80, write: (part) => void (text += part) },
      () => clock,
    );
    for (let done = 0; done <= 100; done++, clock += 100) {
      display.show({ phase: 'Activations', done, total: 100, unit: 'stimuli' });
    }
    display.clear();
    return text;
  };

  it('is a line every few seconds where there is no terminal, with rate and time left', () => {
    expect(play(false).split('\n')).toEqual([
      'Activations: 30 of 100 stimuli · 10/s · 7 s left',
      'Activations: 60 of 100 stimuli · 10/s · 4 s left',
      'Activations: 90 of 100 stimuli · 10/s · 1 s left',
      '',
    ]);
  });

  it('is one bar on a terminal, never wider than it, and gone at the end', () => {
    const text = play(true, 40);
    expect(text).not.toContain('\n');
    const frames = text.split('\r').map((frame) => frame.replace('\u001b[K', ''));
    expect(frames.every((frame) => frame.length < 40)).toBe(true);
    expect(frames.some((frame) => frame.startsWith('████████████░░░░░░░░░░░░ Activations'))).toBe(true);
    expect(frames.at(-1)).toBe('');
  });
});

import { readdirSync, readFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, brainlens, root } from './support';

const golden = join(root, 'test/golden/lobes-analysis');
const sae = join(root, 'test/fixtures/sae-tiny');
let bench: Bench;
let out: string;
beforeEach(() => {
  bench = new Bench();
  out = join(bench.results, 'run');
});
afterEach(() => bench.remove());

const ofFiring = (...more: string[]): string[] => [
  'lobes',
  ...['--firing', join(golden, 'firing.npy'), '--decoder', join(golden, 'decoder.npy')],
  ...['--map', 'pca', '--null', '5', '--out', out, ...more],
];

/** Two types of six texts each, of words and of figures. */
function documents(): string {
  for (const type of ['words', 'figures']) {
    mkdirSync(join(bench.home, 'texts', type), { recursive: true });
    for (let text = 0; text < 6; text += 1) {
      const pieces = Array.from({ length: 120 }, (_, i) => (i * (text + 3)) % 97);
      const written = pieces.map((n) => (type === 'figures' ? `${n * n};` : 'abcdefghijklm'.slice(n % 7, 7 + (n % 5))));
      bench.write(join('texts', type, `${text}.txt`), written.join(' '));
    }
  }
  return join(bench.home, 'texts');
}

const ofDocuments = (given: string): string[] => [
  ...['lobes', '--model', bench.model, '--sae', given, '--documents', documents()],
  ...['--block-tokens', '32', '--max-tokens', '100', '--threshold', '0', '--map', 'pca', '--null', '5', '--out', out],
];

const fieldsOf = (folder: string): Record<string, unknown> => {
  const { result } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as {
    result: Record<string, unknown>;
  };
  return result;
};

describe('lobes on the built command line', () => {
  it('of a firing matrix and a decoder', async () => {
    const { code, stdout } = await brainlens(bench, ofFiring());
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^3 lobes of 149 features by φ: AMI 0\.787 .*\n.*\/run\n$/) as string,
    });
    expect(readdirSync(out)).toEqual(expect.arrayContaining(['features.jsonl', 'labels.npy', 'figures.json']));
  });

  it('of documents that a model reads, with what was left out in words', async () => {
    const { code, stderr } = await brainlens(bench, ofDocuments(sae));
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/Warning: 48 tokens behind the last whole block of 32 are left out/) as string,
    });
    expect(fieldsOf(out)).toMatchObject({ source: 'documents', features: 256, width: 64, layer: 1 });
    const [line] = readFileSync(join(out, 'features.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(line!)).toMatchObject({ title: 'Feature 0' });
  });

  it('refuses an SAE of another width with code 2 and writes nothing', async () => {
    const { code, stderr } = await brainlens(bench, ofDocuments(join(root, 'test/golden/sae/saes/flat-standard')));
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /brainlens: .*flat-standard reads a residual stream of width 8, but the model's .* has 64\./,
    );
    expect(bench.written()).toEqual([]);
  });

  it('ended by SIGTERM leaves nothing, and ends with the same numbers when it is given again', async () => {
    // Seconds of draws, so that the signal arrives before the end.
    const many = ['--null', '600'];
    const kept = join(bench.cache, 'checkpoints');
    let poll: NodeJS.Timeout | undefined;
    const ended = await brainlens(bench, ofFiring(...many), {
      onStart: (pid) => {
        // What a resumed run takes up is there long before the draws are done; progress may be told only behind it.
        poll = setInterval(() => {
          const runs = existsSync(kept) ? readdirSync(kept) : [];
          if (!runs.some((run) => readdirSync(join(kept, run)).some((name) => name.endsWith('.f64')))) return;
          clearInterval(poll);
          process.kill(pid, 'SIGTERM');
        }, 20);
      },
    });
    clearInterval(poll);
    expect(ended).toMatchObject({ code: 130, signal: null, stdout: '' });
    expect(bench.written()).toEqual([]);
    const [run] = readdirSync(kept);
    expect(readdirSync(join(kept, run!)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(await brainlens(bench, ofFiring(...many))).toMatchObject({ code: 0 });
    expect(existsSync(join(kept, run!))).toBe(false);
    const whole = join(bench.results, 'whole');
    const elsewhere = { env: { BRAINLENS_CACHE: join(bench.home, 'other') } };
    expect(await brainlens(bench, ofFiring(...many, '--out', whole), elsewhere)).toMatchObject({ code: 0 });
    expect(fieldsOf(out)).toEqual(fieldsOf(whole));
  }, 240_000);
});

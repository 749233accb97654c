import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SearchResult } from '../../src/analyses/crystals/result';
import { Bench, brainlens, root } from './support';

const golden = join(root, 'test/golden/lobes-analysis');
const decoder = join(golden, 'decoder.npy');
const relations = join(root, 'samples/relations');
let bench: Bench;
let out: string;
beforeEach(() => {
  bench = new Bench();
  out = join(bench.results, 'run');
});
afterEach(() => bench.remove());

const ofRelations = (...given: string[]): string[] => [
  ...['crystals', '--model', bench.model, '--relations', relations, ...given],
  ...['--layers', '0', '--null', '2', '--splits', '1', '--out', out],
];

const ofDecoder = (...more: string[]): string[] => [
  ...['crystals', '--decoder', decoder, '--count', '20', '--clusters', '5', '--clouds', '2', '--out', out, ...more],
];

const searched = (): SearchResult =>
  (JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as { result: SearchResult }).result;

describe('crystals on the built command line', () => {
  it('of the built-in relations and one of words of many sub-tokens, with what may mislead in words', async () => {
    const long = Array.from({ length: 8 }, (_, i) => ({ input: `in${i}comprehensibly`, output: `in${i}contestably` }));
    const own = bench.write('long.json', JSON.stringify([...long, long[0]]));
    const { code, stdout, stderr } = await brainlens(bench, ofRelations(own));
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /^layer 0: parallelogram quality .* on held-out pairs, p cannot fall below 0\.33 with 2 draws\n.*run\n$/,
      ) as string,
    });
    expect(stderr).toContain('Warning: long lists 1 pair again: counted once.');
    expect(stderr).toMatch(/Warning: \d+ of \d+ words have several sub-tokens: the last stands for the word\./);
    expect(readFileSync(join(out, 'pairs.csv'), 'utf8')).toContain('\nlong,in0comprehensibly,in0contestably\n');
  });

  it('of a decoder: features at random, then the most active of a lobe', async () => {
    const random = await brainlens(bench, ofDecoder());
    expect(random.code, random.stderr).toBe(0);
    const { features, searched: some } = searched();
    expect(some).toHaveLength(20);
    const lobes = join(bench.results, 'lobes');
    const made = await brainlens(bench, [
      ...['lobes', '--firing', join(golden, 'firing.npy'), '--decoder', decoder],
      ...['--map', 'pca', '--null', '2', '--out', lobes],
    ]);
    expect(made.code, made.stderr).toBe(0);
    const { code, stderr } = await brainlens(bench, ofDecoder('--features-of', lobes, '--lobe', '1', '--force'));
    expect(code, stderr).toBe(0);
    const own = searched().searched;
    expect(own).toHaveLength(20);
    expect(own).not.toEqual(some);
    expect(Math.max(...own)).toBeLessThan(features);
  });

  it.each([
    ['none.json', undefined, /none\.json does not exist\. Check the path/],
    ['blank.json', '', /blank\.json is empty\. Give a list of/],
    ['empty.json', '[]', /empty\.json holds no word pairs\. Give pairs/],
    ['cut.json', '[{"input": "a",\n"output": "b"', /cut\.json, line 2 is not JSON: .*\. Correct that line/],
    ['shape.json', '{"a": "b"}', /shape\.json is no list of word pairs\. Write it as/],
    ['one.csv', 'input,output\na,b\n', /one\.csv has one pair only in one\. Give every relation two/],
    ['again.csv', 'input,output\na,b\na,b\n', /one pair only in again, listed 2 times\. Give/],
  ])('refuses relations in one line: %s', async (name, content, message) => {
    const file = content === undefined ? join(bench.home, name) : bench.write(name, content);
    const { code, stdout, stderr } = await brainlens(bench, [...ofRelations(file), '--quiet']);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^brainlens: [^\n]+\n$/);
    expect({ code, stdout, written: bench.written() }).toEqual({ code: 2, stdout: '', written: [] });
  });

  it('refuses features of anything but lobes in one line', async () => {
    const { code, stderr } = await brainlens(bench, ofDecoder('--features-of', bench.home, '--quiet'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^brainlens: [^\n]*result\.json does not exist\. [^\n]+\n$/);
  });
});

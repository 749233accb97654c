import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../../scripts/samples/files';
import { PARADIGMS } from '../../../scripts/samples/grammar';
import { readStimuli } from '../../../src/data/stimuli';
import { readTask, readTasks } from '../../../src/data/tasks/read';
import type { Choice, MinimalPairsTask, MultipleChoiceTask } from '../../../src/data/tasks/task';

const samples = join(__dirname, '../../../samples');

const generatedHere = () => generatedFiles(readFileSync(join(samples, 'stimuli/language.csv'), 'utf8'));

async function choices(name: string): Promise<readonly Choice[]> {
  return ((await readTask(join(samples, 'tasks', `${name}.jsonl`))) as MultipleChoiceTask).items;
}

function words(sentence: string): string[] {
  return sentence.replace(/[.?]$/, '').split(' ');
}

function repeatedly<T>(list: readonly T[], key: (entry: T) => unknown): number {
  return list.length - new Set(list.map(key)).size;
}

describe('the generated samples', () => {
  it('are what their scripts write: node scripts/samples/make-tasks.mjs', () => {
    for (const [path, content] of generatedHere()) {
      expect(readFileSync(join(samples, path), 'utf8'), path).toBe(content);
    }
  });

  it('are all the tasks there are, and all can be read', async () => {
    const generated = [...generatedHere().keys()].filter((path) => path.startsWith('tasks/')).sort();
    expect(
      readdirSync(join(samples, 'tasks'))
        .map((file) => `tasks/${file}`)
        .sort(),
    ).toEqual(generated);
    expect(await readTasks([join(samples, 'tasks')])).toHaveLength(generated.length);
  });
});

describe.each(PARADIGMS)('the minimal pairs of $name', ({ name, difference }) => {
  const task = async (): Promise<MinimalPairsTask> =>
    (await readTask(join(samples, 'tasks', `${name}.jsonl`))) as MinimalPairsTask;

  it('are 100 different ones, called by their paradigm', async () => {
    const { items } = await task();
    expect(items).toHaveLength(100);
    expect(repeatedly(items, ({ good }) => good)).toBe(0);
    expect(repeatedly(items, ({ bad }) => bad)).toBe(0);
    const good = new Set(items.map((item) => item.good));
    expect(items.filter(({ bad }) => good.has(bad))).toEqual([]);
    expect(new Set(items.map(({ label }) => label))).toEqual(new Set([name]));
  });

  it(`differ in ${difference === 'order' ? 'the order of their words' : 'one word'} only`, async () => {
    for (const { good, bad } of (await task()).items) {
      expect(good.at(-1)).toBe(bad.at(-1));
      if (difference === 'order') {
        expect(words(good).sort()).toEqual(words(bad).sort());
        expect(good).not.toBe(bad);
      } else {
        expect(words(good)).toHaveLength(words(bad).length);
        expect(words(good).filter((word, i) => word !== words(bad)[i])).toHaveLength(1);
      }
    }
  });

  it('are single sentences without slips of spacing or article', async () => {
    for (const { good, bad } of (await task()).items) {
      for (const sentence of [good, bad]) {
        expect(sentence).toMatch(/^[A-Z][A-Za-z]*( [A-Za-z]+)+[.?]$/);
        expect(sentence).not.toMatch(/\ba [aeiou]/);
        expect(sentence).not.toMatch(/\b(\w+) \1\b/i);
      }
    }
  });
});

describe('arithmetic', () => {
  it('has 120 different sums with four choices, of which the answer alone is right', async () => {
    const items = await choices('arithmetic');
    expect(items).toHaveLength(120);
    expect(repeatedly(items, ({ context }) => context)).toBe(0);
    for (const { context, choices: options, answer } of items) {
      const [, a, sign, b] = /\n(\d+) ([+-]) (\d+) =$/.exec(context)!;
      const result = String(sign === '+' ? Number(a) + Number(b) : Number(a) - Number(b));
      expect(options).toHaveLength(4);
      expect(options.filter((option) => option === result)).toEqual([options[answer]]);
      for (const option of options) expect(option).toHaveLength(result.length);
    }
  });

  it('shows three worked sums first, which are right and no item repeats', async () => {
    const items = await choices('arithmetic');
    const worked = new Set(items.map(({ context }) => context.split('\n').slice(0, 3).join('\n')));
    expect([...worked]).toEqual(['2 + 3 = 5\n7 - 4 = 3\n6 + 8 = 14']);
    for (const { context } of items) expect(context).not.toMatch(/\n(2 \+ 3|7 - 4|6 \+ 8) =$/);
  });

  it('has its right choice at each position equally often', async () => {
    const items = await choices('arithmetic');
    for (const place of [0, 1, 2, 3]) expect(items.filter(({ answer }) => answer === place)).toHaveLength(30);
  });

  it('does not give the right choice away by its size: errors go both ways', async () => {
    const items = await choices('arithmetic');
    const ranks = items.map(({ choices: options, answer }) =>
      [...options].sort((x, y) => Number(x) - Number(y)).indexOf(options[answer]!),
    );
    // Of 120, 30 are expected at each rank; 15 is more than three standard deviations below.
    for (const rank of [0, 1, 2, 3]) expect(ranks.filter((own) => own === rank).length).toBeGreaterThan(15);
  });
});

describe('pattern continuation', () => {
  /** What must follow a series, found without the generator: its period of two or three, or its constant step. */
  function continuation(context: string): string[] {
    const shown = context.split(' ');
    const next: string[] = [];
    for (const period of [2, 3]) {
      if (shown.every((symbol, i) => i < period || symbol === shown[i - period]))
        next.push(shown[shown.length - period]!);
    }
    const letters = /^[A-Z]$/.test(shown[0]!);
    const values = shown.map((symbol) => (letters ? symbol.charCodeAt(0) : Number(symbol)));
    const step = values[1]! - values[0]!;
    if (values.every((value, i) => i === 0 || value - values[i - 1]! === step)) {
      const value = values.at(-1)! + step;
      next.push(letters ? String.fromCharCode(value) : String(value));
    }
    return next;
  }

  it('has 100 different series with four choices, of which one continues the series', async () => {
    const items = await choices('pattern-continuation');
    expect(items).toHaveLength(100);
    expect(repeatedly(items, ({ context }) => context)).toBe(0);
    for (const { context, choices: options, answer } of items) {
      expect(continuation(context), context).toEqual([options[answer]]);
      expect(options).toHaveLength(4);
    }
    expect(items.filter(({ context }) => /^[A-Z]/.test(context))).toHaveLength(50);
  });

  it('has its right choice at each position equally often', async () => {
    const items = await choices('pattern-continuation');
    for (const place of [0, 1, 2, 3]) expect(items.filter(({ answer }) => answer === place)).toHaveLength(25);
  });
});

describe('the multiple-demand sums', () => {
  it('are 100 hard and 100 easy ones, all different and all right', async () => {
    const stimuli = await readStimuli([join(samples, 'stimuli/multiple-demand.csv')]);
    expect(repeatedly(stimuli, ({ text }) => text)).toBe(0);
    const ranges: Readonly<Record<string, readonly [number, number]>> = { hard: [100, 199], easy: [1, 19] };
    for (const [condition, [low, high]] of Object.entries(ranges)) {
      const sums = stimuli.filter((stimulus) => stimulus.condition === condition);
      expect(sums).toHaveLength(100);
      expect(sums.filter(({ text }) => text.includes('+'))).toHaveLength(50);
      for (const { text } of sums) {
        const [, a, sign, b, result] = /^Question: Solve (\d+) ([+-]) (\d+)\?\nAnswer: (\d+)$/.exec(text)!.map(String);
        expect(Number(result)).toBe(sign === '+' ? Number(a) + Number(b) : Number(a) - Number(b));
        for (const operand of [Number(a), Number(b)]) {
          expect(operand).toBeGreaterThanOrEqual(low);
          expect(operand).toBeLessThanOrEqual(high);
        }
      }
    }
  });
});

describe('the sentences and lists', () => {
  it('are 80 sentences, the same words in another order, and 80 nonword lists, all of twelve words', async () => {
    const task = await readTask(join(samples, 'tasks/sentences-and-lists.jsonl'));
    const items = task.kind === 'text' ? task.items : [];
    expect(repeatedly(items, ({ text }) => text)).toBe(0);
    const of = (wanted: string) => items.filter(({ condition }) => condition === wanted).map(({ text }) => text);
    const [sentences, lists, nonwords] = [of('sentences'), of('word-lists'), of('nonwords')];
    expect([sentences.length, lists.length, nonwords.length, items.length]).toEqual([80, 80, 80, 240]);
    expect(lists.map((text) => words(text).sort())).toEqual(sentences.map((text) => words(text).sort()));
    for (const { text } of items) expect(words(text)).toHaveLength(12);
  });
});

import { describe, expect, it } from 'vitest';
import { LineIndex } from '../../../../src/editor/code/lineIndex';
import { mentionsIn } from '../../../../src/editor/code/mentions';
import { placeOf } from '../../../../src/editor/code/places';

describe('paths in a line of code', () => {
  const pathsOf = (line: string): string[] => mentionsIn(line).map(({ path }) => path);

  it('are its string literals, with the columns between the quotes', () => {
    const line = 'model = AutoModel.from_pretrained("models/x", device=\'cpu\')';
    const found = mentionsIn(line);
    expect(found.map(({ path }) => path)).toEqual(['models/x', 'cpu']);
    expect(found.map(({ start, end }) => line.slice(start, end))).toEqual(['models/x', 'cpu']);
  });

  it('may be raw, prefixed or Windows paths; a trailing separator is dropped', () => {
    expect(pathsOf(String.raw`np.load(r"C:\\data\\x") ; Path("models/x/")`)).toEqual(['C:/data/x', 'models/x']);
  });

  it('may be raw Windows paths, whose separators are not doubled', () => {
    expect(pathsOf(String.raw`np.load(r"C:\data\new.npy")`)).toEqual(['C:/data/new.npy']);
    expect(pathsOf(String.raw`np.load(bar"C:\data\new.npy")`)).toEqual([]);
  });

  it('are no format strings, globs, URLs, or text with line breaks', () => {
    const lines = ['f"models/{name}"', '"**/*.npy"', '"https://a/b"', String.raw`"a\nb"`, '""'];
    for (const line of lines) expect(pathsOf(line)).toEqual([]);
  });

  it('survive quotes within other quotes and escaped quotes', () => {
    expect(pathsOf(`print('say "models/x"', "it's")`)).toEqual(['say "models/x"', "it's"]);
    expect(pathsOf(String.raw`"a\"b" + "models/y"`)).toEqual(['models/y']);
  });

  it('are not looked for in lines that are data', () => {
    expect(pathsOf(`x = "${'a'.repeat(3000)}" + "models/x"`)).toEqual([]);
  });
});

describe('an index of mentions by line', () => {
  const indexOf = (text: { lines: string[] }): LineIndex => new LineIndex(text.lines.length, (i) => text.lines[i]!);
  const listed = (index: LineIndex): string[] =>
    [...index.entries()].map(({ line, mention }) => `${line}:${mention.path}`);

  it('parses the one line that a typed character changes, in 5,000 with 50 mentions', () => {
    const text = {
      lines: Array.from({ length: 5000 }, (_, i) => (i % 100 === 0 ? `load("models/m${i}")` : `x${i} = 1`)),
    };
    const index = indexOf(text);
    expect([...index.entries()]).toHaveLength(50);
    const before = index.parsed;
    text.lines[2500] = 'load("models/m2500b")';
    index.update([{ from: 2500, to: 2500, lines: 1 }]);
    expect(index.parsed - before).toBe(1);
    expect(listed(index)).toContain('2500:models/m2500b');
  });

  it('moves what stands below inserted and deleted lines without parsing it', () => {
    const text = { lines: ['"a/1"', '"a/2"', '"a/3"'] };
    const index = indexOf(text);
    text.lines.splice(0, 1, '"b/1"', '', '"b/2"');
    index.update([{ from: 0, to: 0, lines: 3 }]);
    expect(listed(index)).toEqual(['0:b/1', '2:b/2', '3:a/2', '4:a/3']);
    text.lines.splice(1, 3, '"c/1"');
    index.update([{ from: 1, to: 3, lines: 1 }]);
    expect(listed(index)).toEqual(['0:b/1', '1:c/1', '2:a/3']);
    expect(index.parsed).toBe(3 + 3 + 1);
  });

  it('takes several edits of one change, in whatever order they come', () => {
    const text = { lines: ['"a"', '"b"', '"c"', '"d"'] };
    const index = indexOf(text);
    text.lines = ['"a"', '"x"', '"y"', '"b"', '"z"'];
    index.update([
      { from: 2, to: 3, lines: 1 },
      { from: 0, to: 0, lines: 3 },
    ]);
    expect(listed(index)).toEqual(['0:a', '1:x', '2:y', '3:b', '4:z']);
  });

  it('takes two edits that begin in one line, of which one reaches further', () => {
    const text = { lines: ['"a"', '"b"', '"c"', '"d"', '"e"'] };
    const index = indexOf(text);
    text.lines = ['"a"', '"x"', '"y"', '"e"'];
    index.update([
      { from: 1, to: 3, lines: 1 },
      { from: 1, to: 1, lines: 2 },
    ]);
    expect(listed(index)).toEqual(['0:a', '1:x', '2:y', '3:e']);
  });

  it('agrees with a fresh one after many random edits', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    const text = { lines: Array.from({ length: 40 }, (_, i) => `"m/${i}"`) };
    const index = indexOf(text);
    for (let step = 0; step < 200; step += 1) {
      const from = random(text.lines.length);
      const to = Math.min(text.lines.length - 1, from + random(4));
      const fresh = Array.from({ length: 1 + random(4) }, (_, i) => `"s/${step}-${i}"`);
      text.lines.splice(from, to - from + 1, ...fresh);
      index.update([{ from, to, lines: fresh.length }]);
    }
    expect(listed(index)).toEqual(listed(indexOf(text)));
  });
});

describe('what a path in code stands for', () => {
  const known = {
    models: new Set(['/w/models/x', '/w/models/y.gguf']),
    results: new Set(['/w/.brainlens/align-1']),
  };
  const bases = ['/w/notebooks', '/w'];

  it('is a model by its folder, or by a file in it', () => {
    expect(placeOf('models/x', bases, known)).toEqual({ kind: 'model', path: '/w/models/x' });
    expect(placeOf('../models/x/model.safetensors', bases, known)).toEqual({ kind: 'model', path: '/w/models/x' });
    expect(placeOf('/w/models/y.gguf', bases, known)).toEqual({ kind: 'model', path: '/w/models/y.gguf' });
  });

  it('is a result by an array in it', () => {
    const place = { kind: 'result', path: '/w/.brainlens/align-1' };
    expect(placeOf('.brainlens/align-1/scores.npy', bases, known)).toEqual(place);
    expect(placeOf('./.brainlens//align-1/', bases, known)).toEqual(place);
  });

  it('is found where a Windows drive is written with a capital letter', () => {
    const there = { models: new Set(['/c:/w/models/x']), results: new Set<string>() };
    expect(placeOf('C:/w/models/x', bases, there)).toEqual({ kind: 'model', path: '/c:/w/models/x' });
  });

  it('is nothing for other files, nor for folders above', () => {
    for (const path of ['models', 'cpu', 'models/z', '.brainlens']) expect(placeOf(path, bases, known)).toBeUndefined();
  });
});

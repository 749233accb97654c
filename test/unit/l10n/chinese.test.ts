import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { l10nCalls } from './calls';
import { unlocalised } from './unlocalised';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const read = (path: string): Record<string, string> =>
  JSON.parse(readFileSync(pathOf(path), 'utf8')) as Record<string, string>;

/** What a translation must leave as it is: placeholders, code, addresses of commands, icons. */
const fixed = (text: string): string[] =>
  [...text.matchAll(/\{\d+\}|`[^`]*`|\(command:[^)]*\)|\$\([\w~-]+\)/g)].map(([part]) => part).sort();
const isChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);
/** Names and formats that are the same in every language. */
const SAME = new Set(['Brainlens']);

describe('the package in Chinese', () => {
  const english = read('package.nls.json');
  const chinese = read('package.nls.zh-cn.json');

  it('has every text of the English one, and no other', () => {
    expect(Object.keys(chinese).sort()).toEqual(Object.keys(english).sort());
  });

  it('has every text that package.json asks for', () => {
    const asked = [...readFileSync(pathOf('package.json'), 'utf8').matchAll(/"%([\w.-]+)%"/g)].map(([, key]) => key!);
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((key) => !(key in english))).toEqual([]);
    expect(Object.keys(english).filter((key) => !asked.includes(key))).toEqual([]);
  });

  it.each(Object.keys(english))('says %s in Chinese, with the same code and commands', (key) => {
    expect(fixed(chinese[key] ?? '')).toEqual(fixed(english[key]!));
    expect(isChinese(chinese[key] ?? '') || SAME.has(english[key]!)).toBe(true);
  });
});

describe('messages in Chinese', () => {
  const calls = l10nCalls(pathOf('src/editor'));
  const bundle = read('l10n/bundle.l10n.zh-cn.json');

  it('are looked up by plain strings', () => {
    expect(calls.length).toBeGreaterThan(50);
    expect(calls.filter(({ key }) => key === undefined)).toEqual([]);
  });

  it('are there for every key of the editor, and for no other', () => {
    expect(Object.keys(bundle).sort()).toEqual([...new Set(calls.map(({ key }) => key!))].sort());
  });

  it('keep every placeholder', () => {
    for (const [key, text] of Object.entries(bundle)) {
      expect(fixed(text), key).toEqual(fixed(key));
      expect(isChinese(text) || !/[a-z]/i.test(key.replace(/\{\d+\}/g, '')), key).toBe(true);
    }
  });

  it('are found by VS Code', () => {
    const manifest = JSON.parse(readFileSync(pathOf('package.json'), 'utf8')) as { readonly l10n?: string };
    expect(manifest.l10n).toBe('./l10n');
    expect(readFileSync(pathOf('.vscodeignore'), 'utf8')).toContain('!l10n/*.json');
  });
});

/** Texts of the editor that stay as they are: no prose, names of methods and products, or said in English on purpose. */
const AS_THEY_ARE = [
  // What comes behind says it in the person's language, or in the engine's English.
  /: Brainlens: \$\{\}$/,
  /: Brainlens$/,
  /: (Dice|Jaccard|\$\{\} · Slurm)$/,
  // Names of things: commands, views, storage, errors of the system, style and markup.
  /^(trainSaeCommand|analysisTitles)\.ts: sae train$/,
  /^hubToken\.ts: brainlens\.hubToken \$\{\}$/,
  /^results\/view\.ts: (job|group \$\{\}) \$\{\}$/,
  /^code\/sparklines\.ts: 0 0 0 1\.5em$/,
  /^resultHtml\.ts: /,
  // For the log.
  /^(modelFolders|saeFolders|wordDatasets)\.ts: (Models|Sparse autoencoders|Datasets of words)$/,
  // Sorted and searched by; shown through groupText.
  /^results\/tree\.ts: (Several models|Without a model)$/,
];

describe('messages in English', () => {
  const found = unlocalised(pathOf('src/editor'));

  it('are all looked up, so that another language may say them', () => {
    expect(found.filter((text) => !AS_THEY_ARE.some((known) => known.test(text)))).toEqual([]);
  });

  it('are few where they are not', () => {
    for (const known of AS_THEY_ARE)
      expect(
        found.some((text) => known.test(text)),
        String(known),
      ).toBe(true);
  });
});

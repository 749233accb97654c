import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTextGrid, tierWords } from '../../../../src/data/formats/textgrid';
import { expectProblem, written } from './support';

const ALICE = join(
  __dirname,
  '../../../../../shared/data/alice_fmri/stim/DownTheRabbitHoleFinal_exp120_pad_1.TextGrid',
);

const LONG = `File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2.5
        intervals: size = 4
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 1
            text = "Ähm"
        intervals [3]:
            xmin = 1
            xmax = 1.75
            text = "so-""called"" 2 = x"
        intervals [4]:
            xmin = 1.75
            xmax = 2.5
            text = "sp"
    item [2]:
        class = "TextTier"
        name = "clicks"
        xmin = 0
        xmax = 2.5
        points: size = 1
        points [1]:
            number = 1.1
            mark = "words"
`;

const SHORT = `File type = "ooTextFile"
Object class = "TextGrid"

0
2.5
<exists>
2
"IntervalTier"
"words"
0
2.5
4
0
0.5
""
0.5
1
"Ähm"
1
1.75
"so-""called"" 2 = x"
1.75
2.5
"sp" ! the end of the recording
"TextTier"
"clicks"
0
2.5
1
1.1
"words"
`;

const utf16 = (text: string, big: boolean): Uint8Array => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return big ? bytes.swap16() : bytes;
};

describe('Praat TextGrids', () => {
  it.each([
    ['long, UTF-8', LONG],
    ['long, Windows line ends', LONG.replaceAll('\n', '\r\n')],
    ['short, UTF-8', SHORT],
    ['short, UTF-8 with a byte-order mark', `\ufeff${SHORT}`],
    ['long, UTF-16 little-endian', utf16(LONG, false)],
    ['short, UTF-16 big-endian', utf16(SHORT, true)],
  ])('reads the %s format', async (_, content) => {
    const grid = await readTextGrid(written('grid.TextGrid', content));
    expect(grid).toMatchObject({ start: 0, end: 2.5, pointTiers: ['clicks'] });
    expect(tierWords(grid)).toEqual({
      words: [
        { word: 'Ähm', onset: 0.5, offset: 1 },
        { word: 'so-"called" 2 = x', onset: 1, offset: 1.75 },
      ],
      pauses: [
        { onset: 0, offset: 0.5, text: '' },
        { onset: 1.75, offset: 2.5, text: 'sp' },
      ],
    });
  });

  it('tells pauses and noises from words', async () => {
    const labels = ['sil', 'SP', '{LG}', '<p:>', '[noise]', '#', '<unk>', 'spot', 'silence,', 'a'];
    const intervals = labels.map((label, i) => `${i}\n${i + 1}\n"${label}"`);
    const head = SHORT.split('\n').slice(0, 11).join('\n').replace('\n2\n"Int', '\n1\n"Int');
    const grid = await readTextGrid(written('labels.TextGrid', `${head}\n${labels.length}\n${intervals.join('\n')}\n`));
    expect(tierWords(grid).words.map(({ word }) => word)).toEqual(['<unk>', 'spot', 'silence,', 'a']);
  });

  it('picks a tier by its name and lists them otherwise', async () => {
    const grid = await readTextGrid(written('tier.TextGrid', LONG));
    expect(tierWords(grid, 'Words').words).toHaveLength(2);
    expect(() => tierWords(grid, 'phones')).toThrow(/no interval tier "phones"\. Name one of: "words"/);
    expect(() => tierWords(grid, 'clicks')).toThrow(/"clicks" holds points in time/);
  });

  it.each([
    ['a table', 'word,onset\na,1\n', /bad\.TextGrid.*double quotes is missing/],
    ['another Praat object', LONG.replace('"TextGrid"', '"PitchTier"'), /is not a Praat TextGrid/],
    ['a binary TextGrid', 'ooBinaryFile\x08TextGrid\0\0', /is a binary TextGrid/],
    ['a truncated file', LONG.slice(0, 500), /bad\.TextGrid, line \d+: .* is missing\. It may be truncated/],
    ['text in a numeric place', LONG.replace('xmax = 1.75', 'xmax = later'), /line \d+: a number is missing/],
    ['intervals that overlap', LONG.replace('xmin = 1.75', 'xmin = 0.2'), /interval 0\.2 to 2\.5 s goes back in time/],
  ])('refuses %s', async (_, content, message) => {
    await expectProblem(readTextGrid(written('bad.TextGrid', content)), message);
  });

  it('reads the aligned chapter of Alice in Wonderland', async (ctx) => {
    if (!existsSync(ALICE)) ctx.skip('needs ../shared/data/alice_fmri');
    const grid = await readTextGrid(ALICE);
    const { words, pauses } = tierWords(grid);
    // Counted independently: one `text = "…"` line per interval.
    const labels = [...readFileSync(ALICE, 'latin1').matchAll(/text = "(.*)"/g)].map(([, label]) => label!.trim());
    expect(labels).toHaveLength(2423);
    expect(words.map(({ word }) => word)).toEqual(labels.filter((label) => label !== 'sp' && label !== ''));
    expect(words.length + pauses.length).toBe(2423);
    expect(words[0]).toEqual({ word: 'Alice', onset: 20.05891632653599, offset: 20.621637414967992 });
  });
});

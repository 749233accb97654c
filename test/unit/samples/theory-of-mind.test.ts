import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStimuli } from '../../../src/data/stimuli';
import { storyText, STORY_INSTRUCTION } from '../../../src/data/story-layout';
import { readTable } from '../../../src/data/tables';

const file = join(__dirname, '../../../samples/stimuli/theory-of-mind.csv');
const CONDITIONS = ['false-belief', 'false-photograph'];

interface Story {
  readonly id: string;
  readonly condition: string;
  readonly story: string;
  readonly question: string;
  readonly answer: string;
}

async function stories(): Promise<Story[]> {
  const table = await readTable(file);
  const at = (row: number, column: string): string => table.value(row, column) as string;
  return Array.from({ length: table.length }, (_, row) => ({
    id: at(row, 'id'),
    condition: at(row, 'condition'),
    story: at(row, 'story'),
    question: at(row, 'question'),
    answer: at(row, 'answer'),
  }));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('the theory-of-mind stories', () => {
  it('are at least 20 of each condition, none twice, half of the statements true', async () => {
    const all = await stories();
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ story }) => story)).size).toBe(all.length);
    for (const condition of CONDITIONS) {
      const own = all.filter((story) => story.condition === condition);
      expect(own.length).toBeGreaterThanOrEqual(20);
      expect(own.filter(({ answer }) => answer === 'true')).toHaveLength(own.length / 2);
      expect(own.filter(({ answer }) => answer === 'false')).toHaveLength(own.length / 2);
    }
  });

  it('have three sentences and one statement each', async () => {
    for (const { story, question } of await stories()) {
      expect(story.replaceAll('Mr.', 'Mr').match(/[.](?= |$)/g), story).toHaveLength(3);
      expect(question.replaceAll('Mr.', 'Mr')).toMatch(/^[A-Z][^.?!]*\.$/);
    }
  });

  it.each([
    ['words of a story', ({ story }: Story) => story.split(' ').length],
    ['characters of a story', ({ story }: Story) => story.length],
    ['words of a statement', ({ question }: Story) => question.split(' ').length],
    ['characters of a statement', ({ question }: Story) => question.length],
  ])('are matched within 5 %% in %s', async (_, measure) => {
    const all = await stories();
    const [belief, photograph] = CONDITIONS.map((condition) =>
      mean(all.filter((story) => story.condition === condition).map(measure)),
    );
    expect(Math.abs(belief! - photograph!) / photograph!).toBeLessThan(0.05);
  });

  it('are read as stimuli: instruction, story and statement', async () => {
    const [first] = await stories();
    const stimuli = await readStimuli([file]);
    expect(stimuli).toHaveLength((await stories()).length);
    expect(stimuli[0]).toMatchObject({
      text: storyText(STORY_INSTRUCTION, first!.story, first!.question),
      condition: 'false-belief',
    });
  });
});

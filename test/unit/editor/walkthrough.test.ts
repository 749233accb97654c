import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly svg: string; readonly altText: string };
  readonly completionEvents: readonly string[];
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
  };
};
const texts = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const commands = new Set(manifest.contributes.commands.map(({ command }) => command));
const steps = manifest.contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
const editor = readdirSync(join(root, 'src/editor'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, 'src/editor', file), 'utf8'))
  .join('\n');

describe('the walkthrough', () => {
  it('goes from the sample workspace to lobes, and to a model of one’s own', () => {
    expect(steps.map(({ id }) => id)).toEqual(['sample', 'localize', 'align', 'lobes', 'download']);
  });

  it.each(steps)('has a picture, a text for it and a button for the step $id', ({ media, description }) => {
    const svg = readFileSync(join(root, media.svg), 'utf8');
    expect(svg.length).toBeLessThan(5000);
    expect(svg).toMatch(/var\(--vscode-/);
    expect(svg).not.toMatch(/<script|href=/);
    // VS Code's own themes make this colour nearly transparent.
    expect(svg).not.toMatch(/charts-orange/);
    expect(texts[media.altText.replaceAll('%', '')]).toBeTruthy();
    const [, command] = /\(command:([\w.]+)\)/.exec(texts[description.replaceAll('%', '')]!)!;
    expect(commands.has(command!), command).toBe(true);
  });

  it.each(steps)('checks off the step $id by what the editor really sets or runs', ({ completionEvents }) => {
    expect(completionEvents.length).toBeGreaterThan(0);
    for (const event of completionEvents) {
      const [kind, name] = event.split(':');
      if (kind === 'onCommand') expect(commands.has(name!), name).toBe(true);
      else expect(editor.includes(`'${name}'`), `${event}: a context key that is set`).toBe(true);
    }
  });

  it('has no picture that no step shows', () => {
    const shown = steps.map(({ media }) => media.svg);
    const folder = 'media/walkthrough';
    expect(readdirSync(join(root, folder)).map((file) => `${folder}/${file}`)).toEqual(shown.toSorted());
    expect(shown.every((path) => existsSync(join(root, path)))).toBe(true);
  });
});

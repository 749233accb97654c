import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RESULTS_FOLDER, RESULTS_FOLDER_PATTERN, resultsFolderOf } from '../../../src/shared/results-folder';

it('is a path below the workspace folder, in one form', () => {
  expect(resultsFolderOf('.brainlens')).toBe('.brainlens');
  expect(resultsFolderOf(' ./out/brainlens/ ')).toBe('out/brainlens');
  expect(resultsFolderOf('结果')).toBe('结果');
  for (const text of ['', '.', '..', '../x', 'a/../b', '/scratch', 'C:/x', 'C:\\x', '~/x', 'a//b', 'a*'])
    expect(resultsFolderOf(text), text).toBeUndefined();
});

it('is checked alike in the settings of VS Code', () => {
  const { contributes } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    contributes: { configuration: { properties: Record<string, { default: unknown; pattern?: string }> } };
  };
  const setting = contributes.configuration.properties['brainlens.resultsFolder'];
  expect(setting).toMatchObject({ default: RESULTS_FOLDER, pattern: RESULTS_FOLDER_PATTERN });
});

/** The folder of results in a workspace, where nothing else is set. */
export const RESULTS_FOLDER = '.brainlens';

const NAME = '(?!\\.{1,2}(?:/|$))[^/\\\\:*?"<>|~]+';

/** What may be written as a folder of results: a path below the workspace folder. Also in package.json. */
export const RESULTS_FOLDER_PATTERN = `^\\s*(?:\\./)?${NAME}(?:/${NAME})*/?\\s*$`;

/** Said where something else is written. */
export const RESULTS_FOLDER_WANTED = 'a path below the workspace folder, such as results or out/brainlens';

/**
 * A folder of results as it was written, in one form: `out/brainlens`.
 * @returns `undefined` for what is no path below the workspace folder
 */
export function resultsFolderOf(text: string): string | undefined {
  if (!new RegExp(RESULTS_FOLDER_PATTERN, 'u').test(text)) return undefined;
  return text.trim().replace(/^\.\//, '').replace(/\/$/, '');
}

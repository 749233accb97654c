/** What goes into the sample workspace: below the folder of our samples, and below the workspace. Pure: no VS Code. */
export const SAMPLE_PARTS: readonly (readonly [from: string, to: string])[] = [
  ['workspace', '.'],
  ['models/tiny-random', 'models/tiny-random'],
  ['saes/tiny-random', 'saes/tiny-random'],
  ['datasets/simulated', 'datasets/simulated'],
  ['stimuli/language.csv', 'stimuli/language.csv'],
  ['texts', 'texts'],
];

/** Commands on a result, as lenses, hovers and lists name them. Their argument is the result's folder. */
export const RESULT_COMMANDS = {
  open: 'brainlens.openResult',
  runAgain: 'brainlens.rerunResult',
  copySnippet: 'brainlens.copyResultSnippet',
} as const;

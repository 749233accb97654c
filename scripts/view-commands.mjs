// Commands of the results view and of lenses and hovers: where they stand, and when.

const isResult = 'view == brainlens.results && viewItem == result';
const state = (...states) => `view == brainlens.results && viewItem =~ /^job-(${states.join('|')})$/`;
const trusted = 'isWorkspaceTrusted';

/** `inView`: in the title of the view, `shown` where it can run. `onItem`: on what its `when` says, inline with an icon, else in the context menu. */
export const viewCommands = [
  { id: 'openResult', title: 'Open Result…', palette: true },
  { id: 'rerunResult', title: 'Run Again', enablement: trusted, onItem: `${isResult} && ${trusted}`, group: '2_run@1' },
  { id: 'copyResultSnippet', title: 'Copy NumPy Snippet' },
  { id: 'comparePrevious', title: 'Compare with Previous' },
  {
    id: 'compareResults',
    title: 'Compare Results',
    icon: '$(diff)',
    onItem: `${isResult} && listMultiSelection`,
    group: '3_compare@1',
  },
  { id: 'reportResult', title: 'Open Report', icon: '$(open-preview)', onItem: isResult, group: 'inline@1' },
  { id: 'renameResult', title: 'Rename…', onItem: `${isResult} && !listMultiSelection`, group: '7_change@1' },
  { id: 'deleteResult', title: 'Move to Trash', icon: '$(trash)', onItem: isResult, group: '7_change@2' },
  { id: 'filterResults', title: 'Filter Results…', icon: '$(filter)', inView: 'navigation@1' },
  {
    id: 'clearResultFilter',
    title: 'Show All Results',
    icon: '$(clear-all)',
    inView: 'navigation@2',
    shown: 'brainlens.resultsFiltered',
  },
  {
    id: 'pauseJob',
    title: 'Pause',
    icon: '$(debug-pause)',
    onItem: 'view == brainlens.results && viewItem == job-running-resumes',
    group: 'inline@1',
  },
  {
    id: 'resumeJob',
    title: 'Resume',
    icon: '$(debug-continue)',
    enablement: trusted,
    onItem: `${state('paused', 'failed')} && ${trusted}`,
    group: 'inline@1',
  },
  {
    id: 'cancelJob',
    title: 'Cancel',
    icon: '$(debug-stop)',
    onItem: state('queued', 'running', 'running-resumes'),
    group: 'inline@2',
  },
  { id: 'dismissJob', title: 'Dismiss', icon: '$(close)', onItem: state('paused', 'failed'), group: 'inline@3' },
];

/** Entries of `contributes.menus` by place. Commands that need an argument stay out of the palette. */
export const viewMenus = {
  'view/title': viewCommands
    .filter(({ inView }) => inView !== undefined)
    .map(({ id, inView, shown }) => ({
      command: `brainlens.${id}`,
      when: ['view == brainlens.results', ...(shown === undefined ? [] : [shown])].join(' && '),
      group: inView,
    })),
  'view/item/context': viewCommands
    .filter(({ onItem }) => onItem !== undefined)
    .map(({ id, onItem, group }) => ({ command: `brainlens.${id}`, when: onItem, group })),
  commandPalette: viewCommands
    .filter(({ palette }) => palette !== true)
    .map(({ id }) => ({ command: `brainlens.${id}`, when: 'false' })),
};

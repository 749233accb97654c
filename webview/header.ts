/** What stands above the figures: name, summary, warnings, key facts, actions, provenance. */
import { figureTable, toCsv } from '../src/shared/csv';
import { inputFiles, keyFacts, origin, settings, warningsOf, type Fact } from '../src/shared/facts';
import { numpySnippet } from '../src/shared/snippet';
import { button } from './controls';
import { element } from './dom';
import type { Host, Shown } from './host';
import type { StateStore } from './state';

export function header(shown: Shown, host: Host, store: StateStore): HTMLElement {
  const { result } = shown;
  const warnings = warningsOf(result);
  return element(
    'header',
    {},
    element('h1', {}, result.name),
    element('p', { class: 'lead' }, result.summary),
    warnings.length === 0
      ? undefined
      : element(
          'ul',
          { class: 'warnings', 'aria-label': 'Warnings' },
          ...warnings.map((warning) => element('li', {}, warning)),
        ),
    facts('facts', keyFacts(result)),
    actions(shown, host),
    provenance(shown, store),
  );
}

function actions({ result, figures, folder }: Shown, host: Host): HTMLElement {
  const arrays = (result.arrays ?? []).map((array) => array.file);
  const copySnippet = (): void =>
    host.send({ type: 'copy', text: numpySnippet(result, folder, arrays), what: 'NumPy snippet' });
  const saveAll = (): void =>
    host.send({
      type: 'saveAllCsv',
      files: figures.figures.filter(isKnown).map((figure) => ({ name: figure.id, text: toCsv(figureTable(figure)) })),
    });
  const inEditor = host.isReport
    ? []
    : [
        button({ label: 'Open HTML report', look: 'primary', onPress: () => host.send({ type: 'openReport' }) }),
        button({ label: 'Reveal arrays', onPress: () => host.send({ type: 'revealArrays' }) }),
      ];
  return element(
    'div',
    { class: 'toolbar', role: 'group', 'aria-label': 'Result' },
    ...inEditor,
    button({ label: 'Copy NumPy snippet', onPress: copySnippet }),
    button({ label: 'Export all CSV', onPress: saveAll }),
  );
}

function provenance({ result }: Shown, store: StateStore): HTMLElement {
  const columns = ['File', 'Role', 'Size', 'SHA-256'];
  const rows = inputFiles(result).map((row) => element('tr', {}, ...row.map((cell) => element('td', {}, cell))));
  const head = element('tr', {}, ...columns.map((label) => element('th', { scope: 'col' }, label)));
  const details = element(
    'details',
    { open: store.state.provenance },
    element('summary', {}, 'Settings and provenance'),
    element('h2', {}, 'Settings'),
    facts('plain', settings(result)),
    element('h2', {}, 'Made with'),
    facts('plain', origin(result)),
    element('h2', {}, 'Input files'),
    element(
      'div',
      { class: 'scroller', tabindex: '0', role: 'group', 'aria-label': 'Input files' },
      element('table', { class: 'files' }, element('thead', {}, head), element('tbody', {}, ...rows)),
    ),
  );
  details.addEventListener('toggle', () => store.update({ provenance: details.open }));
  return details;
}

function facts(className: string, list: readonly Fact[]): HTMLElement {
  const pairs = list.map(({ label, value }) =>
    element('div', {}, element('dt', {}, label), element('dd', { title: value }, value)),
  );
  return element('dl', { class: className }, ...pairs);
}

function isKnown({ kind }: { readonly kind: string }): boolean {
  return ['chart', 'map', 'space', 'cloud', 'parallelogram', 'table'].includes(kind);
}

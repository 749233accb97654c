/** Beside a cloud: what is known of the point that was chosen, and the contexts in which it stands out. */
import type { PointDetails } from '../src/shared/figure';
import { parseDetails, visibleToken } from '../src/shared/point-details';
import { formatNumber } from '../src/shared/ticks';
import { button } from './controls';
import { element } from './dom';
import type { Host } from './host';

interface Chosen {
  readonly id: number;
  /** "feature 12". */
  readonly name: string;
  readonly group: string;
  /** What its hover says. */
  readonly text: string;
}

interface Options {
  readonly host: Host;
  /** JSON Lines file in the result folder. */
  readonly file: string | undefined;
  /** Called after Escape or the button, when nothing is shown any more. */
  readonly closed: () => void;
}

export class CloudDetails {
  readonly element = element('aside', { class: 'details', 'aria-label': 'Chosen point', hidden: true });
  private asked = 0;

  constructor(private readonly options: Options) {
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.close();
    });
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Shows a point; its contexts follow when they have been read. */
  async show(chosen: Chosen, focus: boolean): Promise<void> {
    const { host, file } = this.options;
    const turn = ++this.asked;
    const heading = element('h3', { tabindex: '-1' }, chosen.name);
    const body = element('div', { class: 'details-body', role: 'status' }, file === undefined ? undefined : 'Reading…');
    const close = button({ label: 'Close', describe: `Close ${chosen.name}`, onPress: () => this.close() });
    const head = element('div', { class: 'details-head' }, heading, close);
    this.element.setAttribute('aria-label', `Details of ${chosen.name}`);
    this.element.replaceChildren(head, element('p', {}, `${chosen.group} · ${chosen.text}`), body);
    this.element.hidden = false;
    if (focus) heading.focus();
    if (file === undefined) return;
    if (host.isReport) {
      body.textContent = `A report holds no contexts: they are in the result folder (${file}), and the panel in VS Code shows them.`;
      return;
    }
    const line = await host.line(file, chosen.id);
    if (turn !== this.asked) return;
    const details = line === undefined ? undefined : parseDetails(line);
    body.removeAttribute('role');
    if (details === undefined) body.textContent = `There are no contexts of ${chosen.name} in ${file}.`;
    else body.replaceChildren(...detailsView(details));
  }

  close(): void {
    if (!this.open) return;
    this.asked++;
    this.element.hidden = true;
    this.element.replaceChildren();
    this.options.closed();
  }
}

function detailsView({ facts, contexts }: PointDetails): HTMLElement[] {
  const pairs = Object.entries(facts).map(([label, value]) =>
    element('div', {}, element('dt', {}, label), element('dd', {}, value)),
  );
  const items = contexts.map(({ before, token, after, value, source }) =>
    element(
      'li',
      {},
      element('p', { class: 'context' }, before, element('mark', {}, visibleToken(token)), after),
      element('p', { class: 'from' }, `${formatNumber(value, 4)} · ${source}`),
    ),
  );
  const list =
    items.length === 0
      ? element('p', {}, 'No contexts are known.')
      : element(
          'div',
          { class: 'contexts', tabindex: '0', role: 'group', 'aria-label': 'Contexts, the strongest first' },
          element('ol', {}, ...items),
        );
  return [element('dl', { class: 'plain' }, ...pairs), list];
}

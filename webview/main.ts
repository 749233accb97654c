/** The panel's page: in VS Code it shows what the host sends, in a report what the page itself holds. */
import './styles/panel.css';
import { messageOf } from '../src/shared/errors';
import type { Figure } from '../src/shared/figure';
import { arrange } from './arrange';
import { cardOf, type Card } from './card';
import { installControls, spinner } from './controls';
import { element, oncePerFrame } from './dom';
import { header } from './header';
import { EditorHost, type Comparison, type Host, type Shown } from './host';
import { ReportHost } from './report-host';
import { RunningView, type Running } from './running';
import { restore, StateStore } from './state';
import { followSystemTheme, onThemeChange, prefersReducedMotion } from './theme';

/** Shows one result at a time in `app`; a new one replaces it. */
class Panel {
  private cards: Card[] = [];
  private store: StateStore | undefined;
  private running: RunningView | undefined;

  constructor(
    private readonly app: HTMLElement,
    private readonly host: Host,
  ) {
    onThemeChange(
      oncePerFrame(() => {
        this.cards.forEach((card) => void card.restyle());
        void this.running?.restyle();
      }),
    );
    window.addEventListener(
      'scroll',
      oncePerFrame(() => this.store?.update({ scroll: window.scrollY })),
      { passive: true },
    );
  }

  loading(): void {
    const ring = prefersReducedMotion() ? undefined : spinner();
    this.replace(element('p', { class: 'loading', role: 'status' }, ring, 'Loading result…'));
  }

  async show(shown: Shown): Promise<void> {
    const { result, figures } = shown;
    const head = (store: StateStore): HTMLElement => header(shown, this.host, store);
    await this.place(`${result.name} ${result.created}`, result.name, head, figures.figures);
  }

  async compare({ title, summary, figures }: Comparison): Promise<void> {
    const head = (): HTMLElement =>
      element('header', {}, element('h1', {}, title), element('p', { class: 'lead' }, summary));
    await this.place(title, title, head, figures.figures);
  }

  /** @param key what is looked at: another one does not take over the state of the last */
  private async place(
    key: string,
    title: string,
    head: (store: StateStore) => HTMLElement,
    figures: readonly Figure[],
  ): Promise<void> {
    const state = restore(this.host.load(), key);
    const store = new StateStore(state, (changed) => this.host.save(changed));
    const cards = arrange(figures).map((placed) => cardOf(placed, { host: this.host, store }));
    this.store = undefined;
    this.replace(head(store), element('div', { class: 'figures' }, ...cards.map((card) => card.element)));
    this.cards = cards;
    document.title = title;
    window.scrollTo(0, state.scroll);
    this.store = store;
    await Promise.all(cards.map((card) => card.open()));
    this.app.dataset.ready = 'true';
  }

  /** @param fail is told what goes wrong in a drawing */
  async follow(run: Running, fail: (error: unknown) => void): Promise<void> {
    if (this.running === undefined) {
      const view = new RunningView(this.host, fail);
      this.replace(view.element);
      this.running = view;
      document.title = run.title;
    }
    await this.running.update(run);
    this.host.send({ type: 'drawn' });
  }

  problem(message: string): void {
    const heading = element('h1', {}, 'This result cannot be shown');
    this.replace(element('div', { class: 'problem', role: 'alert' }, heading, element('p', {}, message)));
  }

  private replace(...content: HTMLElement[]): void {
    delete this.app.dataset.ready;
    this.cards.forEach((card) => card.dispose());
    this.cards = [];
    this.running?.dispose();
    this.running = undefined;
    this.app.replaceChildren(...content);
  }
}

function start(): void {
  const app = document.getElementById('app') ?? document.body.appendChild(element('main', { id: 'app' }));
  installControls();
  const report = ReportHost.find();
  if (report !== undefined) followSystemTheme();
  const host = report ?? new EditorHost();
  const panel = new Panel(app, host);
  const fail = (error: unknown): void => {
    panel.problem(messageOf(error));
    host.send({ type: 'problem', message: messageOf(error) });
  };
  panel.loading();
  host.start({
    result: (shown) => void panel.show(shown).catch(fail),
    comparison: (comparison) => void panel.compare(comparison).catch(fail),
    running: (run) => void panel.follow(run, fail).catch(fail),
    error: (message) => panel.problem(message),
  });
}

start();

import { l10n, StatusBarAlignment, window } from 'vscode';
import type { Disposable, StatusBarItem } from 'vscode';
import { percent } from '../../shared/words';
import type { Job, Jobs } from '../jobs';

/** An entry in the status bar while something runs, and only then; a click shows the results view. */
export class StatusItem implements Disposable {
  private readonly item: StatusBarItem = window.createStatusBarItem('brainlens.runs', StatusBarAlignment.Left);
  private readonly subscription: Disposable;

  constructor(private readonly jobs: Jobs) {
    this.item.name = l10n.t('Brainlens Runs');
    this.item.command = 'brainlens.results.focus';
    this.subscription = jobs.onDidChange(() => this.show());
  }

  dispose(): void {
    this.subscription.dispose();
    this.item.dispose();
  }

  private show(): void {
    const active = this.jobs.list().filter(({ state }) => state === 'running' || state === 'queued');
    if (active.length === 0) return this.item.hide();
    this.item.text = `$(sync~spin) ${statusText(active)}`;
    this.item.tooltip = active.map(({ title, message }) => `${title}: ${message}`).join('\n');
    this.item.show();
  }
}

/** "Localizing in x 40 % (+1)", or "2 runs: 40 %, 10 % (+1)": what runs with its shares, and how many wait. */
export function statusText(active: readonly Job[]): string {
  const running = active.filter(({ state }) => state === 'running');
  const [first, ...others] = running.length > 0 ? running : active.slice(0, 1);
  const shares = running.flatMap(({ share }) => (share === undefined ? [] : [percent(share)]));
  const waits = active.length - 1 - others.length;
  const waiting = waits > 0 ? ` (+${waits})` : '';
  if (others.length === 0) return `${[first!.title, ...shares].join(' ')}${waiting}`;
  const runs = l10n.t('{0} runs', running.length);
  return `${shares.length > 0 ? `${runs}: ${shares.join(', ')}` : runs}${waiting}`;
}

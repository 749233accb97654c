import { l10n, StatusBarAlignment, window } from 'vscode';
import type { Disposable, StatusBarItem } from 'vscode';
import { percent } from '../../shared/words';
import type { Jobs } from '../jobs';

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
    const running = active.find(({ state }) => state === 'running') ?? active[0];
    if (running === undefined) return this.item.hide();
    const share = running.share === undefined ? '' : ` ${percent(running.share)}`;
    const waiting = active.length > 1 ? ` (+${active.length - 1})` : '';
    this.item.text = `$(sync~spin) ${running.title}${share}${waiting}`;
    this.item.tooltip = active.map(({ title, message }) => `${title}: ${message}`).join('\n');
    this.item.show();
  }
}

import { Uri, ViewColumn, window } from 'vscode';
import type { WebviewPanel } from 'vscode';
import { fromWebviewSchema } from '../shared/protocol';
import type { ToWebview } from '../shared/protocol';
import type { Progress } from '../shared/progress';
import { RunCurves } from '../shared/run-curves';
import { resultHtml } from './resultHtml';

const REFRESH_MS = 500;
/**
 * Time between two drawings, in times of the last one: VS Code in a browser draws panels on the thread that also takes
 * clicks, and a slow machine must not spend it all on curves.
 */
const REST = 4;
/** The first drawing loads Plotly, which takes long and tells nothing of the next. */
const MOST_REST_MS = 2000;

/** Shows the measures of a running analysis as curves that grow; it opens with the first of them, or when asked to. */
export class RunPanel {
  private readonly curves = new RunCurves();
  private view: WebviewPanel | undefined;
  /** Once closed by the person it stays closed: the notification still tells how far the run is. */
  private shown = false;
  private ready = false;
  private status = '';
  private timer: NodeJS.Timeout | undefined;
  /** When the drawing under way was sent. Only one is: what a slow panel could not draw yet must not queue before a click. */
  private sent: number | undefined;
  private wait = REFRESH_MS;

  /**
   * @param title of its tab
   * @param assets the built panel
   * @param cancel asked for by its button
   */
  constructor(
    private readonly title: string,
    private readonly assets: Uri,
    private readonly cancel: () => void,
  ) {}

  open(): void {
    if (this.shown) return;
    this.shown = true;
    const column = { viewColumn: ViewColumn.Active, preserveFocus: true };
    const options = { enableScripts: true, localResourceRoots: [this.assets] };
    const view = window.createWebviewPanel('brainlens.run', this.title, column, options);
    view.iconPath = Uri.joinPath(this.assets, '..', '..', 'media', 'icon.png');
    view.webview.onDidReceiveMessage((raw: unknown) => {
      const message = fromWebviewSchema.safeParse(raw).data;
      if (message?.type === 'cancel') this.cancel();
      if (message?.type === 'drawn') this.drawn();
      if (message?.type !== 'ready') return;
      // Also when the panel is built again, after it was hidden: what it had not drawn it will not answer.
      this.ready = true;
      this.sent = undefined;
      this.send();
    });
    view.onDidDispose(() => (this.view = undefined));
    view.webview.html = resultHtml(view.webview, this.assets);
    this.view = view;
  }

  /** @param status the step in words, as the notification has it */
  step(progress: Progress, status: string): void {
    this.status = status;
    this.curves.add(progress);
    if (progress.values !== undefined) this.open();
    this.timer ??= setTimeout(() => this.send(), this.wait);
  }

  close(): void {
    this.shown = true;
    clearTimeout(this.timer);
    this.view?.dispose();
  }

  private drawn(): void {
    if (this.sent === undefined) return;
    this.wait = Math.min(MOST_REST_MS, Math.max(REFRESH_MS, REST * (performance.now() - this.sent)));
    this.sent = undefined;
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.view === undefined || !this.ready || this.sent !== undefined) return;
    this.sent = performance.now();
    const { title, status } = this;
    const message: ToWebview = { type: 'running', title, status, figures: this.curves.figures() };
    void this.view.webview.postMessage(message);
  }
}

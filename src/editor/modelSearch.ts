import { l10n, window } from 'vscode';
import type { QuickPick, QuickPickItem } from 'vscode';
import { hostOf } from '../hub/address';
import type { Hub } from '../hub/address';
import { modelId } from '../hub/model-id';
import { searchModels } from '../hub/models';
import type { FoundModel } from '../hub/models';
import { messageOf } from '../shared/errors';
import type { Answer, Place } from './steps';

/** Time without a key before the hub is asked. */
const TYPING_MS = 350;
const LEAST_LETTERS = 2;

interface Item extends QuickPickItem {
  readonly id?: string;
}

/** Asks for a model of the hub: an id, or words that are searched for while they are typed. */
export function askModelOfHub(hub: Hub, { step, steps }: Place): Promise<Answer<string>> {
  return new Promise((resolve) => {
    const pick = window.createQuickPick<Item>();
    pick.title = l10n.t('Download Model from {0}', hostOf(hub.address));
    pick.placeholder = l10n.t('Id such as HuggingFaceTB/SmolLM2-135M, or words to search for');
    pick.step = step;
    pick.totalSteps = steps;
    pick.ignoreFocusOut = true;
    const search = new LiveSearch(hub, pick);
    const close = (answer: Answer<string>): void => {
      // First: to dispose of a pick is to hide it, which is an answer too.
      resolve(answer);
      search.end();
      pick.dispose();
    };
    pick.onDidChangeValue((text) => search.look(text));
    pick.onDidAccept(() => {
      const id = pick.selectedItems[0]?.id;
      if (id !== undefined) close({ kind: 'chosen', value: id });
    });
    pick.onDidHide(() => close(undefined));
    pick.show();
  });
}

/** Fills a quick pick with what the hub finds for the text in it. */
class LiveSearch {
  private timer: NodeJS.Timeout | undefined;
  private abort = new AbortController();

  constructor(
    private readonly hub: Hub,
    private readonly pick: QuickPick<Item>,
  ) {}

  /** Drops what was asked for and asks for this. */
  look(text: string): void {
    this.end();
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.pick.items = asTyped(text);
    this.pick.busy = text.trim().length >= LEAST_LETTERS;
    if (this.pick.busy) this.timer = setTimeout(() => void this.ask(text, signal), TYPING_MS);
  }

  end(): void {
    clearTimeout(this.timer);
    this.abort.abort();
  }

  private async ask(text: string, signal: AbortSignal): Promise<void> {
    const words = modelId(text) ?? text.trim();
    const items = await searchModels(this.hub, words, signal).then(
      (found) => found.filter(({ id }) => id !== modelId(text) || found.length === 1).map(itemOf),
      (error: unknown) => [{ label: `$(warning) ${messageOf(error)}`, alwaysShow: true }],
    );
    if (signal.aborted) return;
    this.pick.busy = false;
    const typed = asTyped(text).filter(({ id }) => !items.some((item) => 'id' in item && item.id === id));
    this.pick.items = [...typed, ...items];
  }
}

function asTyped(text: string): Item[] {
  const id = modelId(text);
  return id === undefined ? [] : [{ label: id, description: l10n.t('this id'), alwaysShow: true, id }];
}

function itemOf({ id, downloads, likes, gated }: FoundModel): Item {
  const counts = l10n.t('{0} downloads, {1} likes', downloads.toLocaleString('en'), likes.toLocaleString('en'));
  const terms = gated ? ` · ${l10n.t('terms to be accepted first')}` : '';
  return { label: id, description: `${counts}${terms}`, alwaysShow: true, id };
}

import { QuickInputButtons, ThemeIcon, window } from 'vscode';
import type { QuickInputButton, QuickPick } from 'vscode';
import { accepted, shown } from './severalChoice';
import type { Candidate, Selectable } from './severalChoice';
import type { Answer, Place } from './steps';

/** New items are unchecked at first, which VS Code tells as if the person had done it: so late at most. */
const ECHO_MS = 2000;
const NEVER = Number.NEGATIVE_INFINITY;

/** A way to things that are not in the list. */
export interface Other {
  readonly icon: string;
  readonly tooltip: string;
}

export interface SeveralStep<T, O extends Other = Other> extends Place, Selectable<T> {
  readonly title: string;
  readonly placeholder: string;
  readonly picked: readonly T[];
  readonly least: number;
  /** What is said where fewer are chosen. */
  readonly tooFew: string;
  readonly others?: readonly O[];
}

/** What was chosen, or the wish to look elsewhere with what was chosen so far. */
export type Several<T, O extends Other> =
  Answer<readonly T[]> | { readonly kind: 'other'; readonly other: O; readonly chosen: readonly T[] };

/**
 * Asks for several things that go together. What does not go with those chosen stays in the list with the reason, and
 * cannot be checked.
 */
export function askSeveral<T, O extends Other = Other>(step: SeveralStep<T, O>): Promise<Several<T, O>> {
  return new Promise((resolve) => {
    const pick = window.createQuickPick<Candidate<T>>();
    pick.title = step.title;
    pick.placeholder = step.placeholder;
    pick.step = step.step;
    pick.totalSteps = step.steps;
    pick.canSelectMany = true;
    pick.matchOnDescription = true;
    pick.ignoreFocusOut = true;
    pick.keepScrollPosition = true;
    const others = new Map<QuickInputButton, O>(
      (step.others ?? []).map((other) => [{ iconPath: new ThemeIcon(other.icon), tooltip: other.tooltip }, other]),
    );
    pick.buttons = [...(step.step > 1 ? [QuickInputButtons.Back] : []), ...others.keys()];
    let chosen = accepted(step, step.picked);
    let replaced = show(pick, step, chosen);
    let open = true;
    const close = (answer: Several<T, O>): void => {
      if (!open) return;
      open = false;
      pick.dispose();
      resolve(answer);
    };
    pick.onDidChangeSelection((items) => {
      const wanted = items.map(({ value }) => value);
      if (same(wanted, chosen)) return;
      if (wanted.length === 0 && Date.now() - replaced < ECHO_MS) {
        replaced = NEVER;
        check(pick, chosen);
        return;
      }
      // What was chosen first decides what goes with it.
      const kept = chosen.filter((value) => wanted.includes(value));
      chosen = accepted(step, [...kept, ...wanted.filter((value) => !kept.includes(value))]);
      replaced = show(pick, step, chosen);
    });
    pick.onDidAccept(() => {
      if (chosen.length >= step.least) close({ kind: 'chosen', value: inOrder(step, chosen) });
      else void window.showInformationMessage(step.tooFew);
    });
    pick.onDidTriggerButton((button) => {
      const other = others.get(button);
      close(other === undefined ? { kind: 'back' } : { kind: 'other', other, chosen });
    });
    pick.onDidHide(() => close(undefined));
    pick.show();
  });
}

/** @returns when the items were replaced, `NEVER` where they are the same */
function show<T>(pick: QuickPick<Candidate<T>>, step: Selectable<T>, chosen: readonly T[]): number {
  const active = pick.activeItems[0]?.value;
  const items = shown(step, chosen);
  const changed = items.some(({ detail }, i) => detail !== pick.items[i]?.detail);
  if (changed) {
    pick.items = items;
    pick.activeItems = items.filter(({ value }) => value === active);
  }
  check(pick, chosen);
  return changed ? Date.now() : NEVER;
}

function check<T>(pick: QuickPick<Candidate<T>>, chosen: readonly T[]): void {
  pick.selectedItems = pick.items.filter(({ value }) => chosen.includes(value));
}

function inOrder<T>({ candidates }: Selectable<T>, chosen: readonly T[]): readonly T[] {
  return candidates.map(({ value }) => value).filter((value) => chosen.includes(value));
}

function same<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((value) => b.includes(value));
}

import { QuickInputButtons, window } from 'vscode';
import type { QuickPickItem } from 'vscode';

/** What a person answered to one step; `undefined` when the whole flow was left. */
export type Answer<T> = { readonly kind: 'chosen'; readonly value: T } | { readonly kind: 'back' } | undefined;

/** A choice of a step and the value that it stands for. Separators carry none. */
export interface Choice<T> extends QuickPickItem {
  readonly value?: T;
}

export interface Step<T> {
  readonly title: string;
  readonly placeholder: string;
  readonly step: number;
  readonly steps: number;
  /** The first choice is the default. */
  readonly choices: readonly Choice<T>[];
  /** Replaces the placeholder when it is known, without delaying the question. */
  readonly note?: Promise<string | undefined>;
  /** Closes the question: there is no more point in asking. */
  readonly signal?: AbortSignal;
}

/** Where in a series a question stands, from 1. */
export interface Place {
  readonly step: number;
  readonly steps: number;
}

/**
 * Asks one question after the other; Back returns to the one before.
 * @returns the answers; `undefined` when the person leaves
 */
export async function askSteps<T extends readonly unknown[]>(questions: {
  readonly [K in keyof T]: (place: Place) => Promise<Answer<T[K]>>;
}): Promise<T | undefined> {
  const answers: unknown[] = [];
  while (answers.length < questions.length) {
    const answer = await questions[answers.length]!({ step: answers.length + 1, steps: questions.length });
    if (answer === undefined) return undefined;
    if (answer.kind === 'chosen') answers.push(answer.value);
    else answers.pop();
  }
  return answers as unknown as T;
}

/** Asks one question of a short series in a quick pick; from the second step on with a Back button. */
export function askStep<T>(step: Step<T>): Promise<Answer<T>> {
  return new Promise((resolve) => {
    const pick = window.createQuickPick<Choice<T>>();
    pick.title = step.title;
    pick.placeholder = step.placeholder;
    pick.step = step.step;
    pick.totalSteps = step.steps;
    pick.items = step.choices;
    pick.matchOnDescription = true;
    pick.ignoreFocusOut = true;
    if (step.step > 1) pick.buttons = [QuickInputButtons.Back];
    let open = true;
    const close = (answer: Answer<T>): void => {
      if (!open) return;
      open = false;
      pick.dispose();
      resolve(answer);
    };
    pick.onDidAccept(() => {
      const value = pick.selectedItems[0]?.value;
      if (value !== undefined) close({ kind: 'chosen', value });
    });
    pick.onDidTriggerButton(() => close({ kind: 'back' }));
    pick.onDidHide(() => close(undefined));
    void step.note?.then((note) => {
      if (open && note !== undefined) pick.placeholder = note;
    });
    step.signal?.addEventListener('abort', () => close(undefined), { once: true });
    if (step.signal?.aborted) close(undefined);
    else pick.show();
  });
}

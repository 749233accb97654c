import { posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fakeEvents, fakeFiles, noEvent } from './fake-files';
import type { FakeUri } from './fake-files';

/** A quick pick as a test meets it. */
export interface FakePick {
  title: string;
  placeholder: string;
  items: readonly { readonly label: string; readonly description?: string }[];
  selectedItems: readonly unknown[];
  busy: boolean;
  /** What the person does: types, chooses by label, leaves. */
  type(text: string): void;
  choose(label: RegExp): void;
  leave(): void;
}

/** What a person does and sees, for commands that run without VS Code. */
export class FakePerson {
  trusted = true;
  workspaceFolder: string | undefined;
  settings: Record<string, unknown> = {};
  /** Takes up every quick pick that is shown. */
  onPick: (pick: FakePick) => void = (pick) => pick.leave();
  /** The answer to messages with buttons. */
  onMessage: (text: string, buttons: readonly string[]) => string | undefined = () => undefined;
  onOpenDialog: () => string | undefined = () => undefined;
  onInput: (prompt: string) => string | undefined = () => undefined;
  /** Cancels the progress notification when it is told so. */
  onProgress: (message: string, cancel: () => void) => void = () => undefined;
  readonly messages: string[] = [];
  readonly executed: (readonly unknown[])[] = [];
}

const uri = (path: string): FakeUri => ({
  ...{ scheme: 'file', path, fsPath: path, toString: () => pathToFileURL(path).href },
  with: (change) => uri(change.path),
});

/** The part of the module `vscode` that the commands under test use. */
export function fakeVscode(person: FakePerson) {
  const message = (text: string, ...more: unknown[]): Promise<string | undefined> => {
    person.messages.push(text);
    return Promise.resolve(
      person.onMessage(
        text,
        more.filter((button) => typeof button === 'string'),
      ),
    );
  };
  return {
    l10n: {
      t: (text: string, ...values: unknown[]) => text.replace(/\{(\d)\}/g, (_, i: string) => String(values[Number(i)])),
    },
    Uri: {
      file: uri,
      joinPath: ({ path }: { path: string }, ...parts: string[]) => uri(posix.join(path, ...parts)),
    },
    ProgressLocation: { Notification: 15 },
    QuickInputButtons: { Back: {} },
    commands: { executeCommand: (...call: unknown[]) => Promise.resolve(void person.executed.push(call)) },
    ...fakeEvents,
    workspace: {
      ...fakeFiles(person, uri),
      get isTrusted() {
        return person.trusted;
      },
      get workspaceFolders() {
        return person.workspaceFolder === undefined ? undefined : [{ uri: uri(person.workspaceFolder) }];
      },
      getConfiguration: () => ({ get: (key: string, usual: unknown) => person.settings[key] ?? usual }),
      asRelativePath: ({ path }: { path: string }) => path.replace(`${person.workspaceFolder}/`, ''),
    },
    window: {
      tabGroups: { onDidChangeTabs: noEvent },
      showInformationMessage: message,
      showWarningMessage: message,
      showErrorMessage: message,
      showInputBox: ({ prompt = '' }: { prompt?: string }) => Promise.resolve(person.onInput(prompt)),
      showOpenDialog: () => {
        const chosen = person.onOpenDialog();
        return Promise.resolve(chosen === undefined ? undefined : [uri(chosen)]);
      },
      withProgress: (_: unknown, run: (progress: unknown, token: unknown) => Promise<unknown>) => {
        const listeners: (() => void)[] = [];
        const cancel = (): void => listeners.forEach((listener) => listener());
        const report = ({ message: text = '' }: { message?: string }): void => person.onProgress(text, cancel);
        return run({ report }, { onCancellationRequested: (listener: () => void) => listeners.push(listener) });
      },
      createQuickPick: () => quickPick(person),
    },
  };
}

function quickPick(person: FakePerson): FakePick & Record<string, unknown> {
  const on: Record<string, ((value: string) => void)[]> = { value: [], accept: [], hide: [] };
  const fire = (event: string, value = ''): void => on[event]!.forEach((listener) => listener(value));
  const listen = (event: string) => (listener: (value: string) => void) => void on[event]!.push(listener);
  const pick = {
    title: '',
    placeholder: '',
    items: [] as FakePick['items'],
    selectedItems: [] as readonly unknown[],
    busy: false,
    onDidChangeValue: listen('value'),
    onDidAccept: listen('accept'),
    onDidHide: listen('hide'),
    onDidTriggerButton: () => undefined,
    show: () => void setImmediate(() => person.onPick(pick)),
    // As VS Code does: to dispose of a pick is to hide it, and that is told.
    dispose: () => on['hide']!.splice(0).forEach((listener) => listener('')),
    type: (text: string) => fire('value', text),
    choose: (label: RegExp) => {
      const item = pick.items.find((one) => label.test(one.label));
      if (item === undefined) throw new Error(`No ${label} among ${pick.items.map((one) => one.label).join(', ')}`);
      pick.selectedItems = [item];
      fire('accept');
    },
    leave: () => fire('hide'),
  };
  return pick;
}

import { FakePerson, fakeVscode } from './fake-vscode';

/**
 * What `vscode` is in unit tests that do not mock it: modules of the editor that ask for nothing but messages in the
 * person's language are tested as they are.
 */
export const { l10n } = fakeVscode(new FakePerson());

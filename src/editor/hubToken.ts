import { l10n, window, workspace } from 'vscode';
import type { SecretStorage } from 'vscode';
import { hostOf, hubAddress, maySendToken } from '../hub/address';
import type { Hub } from '../hub/address';
import { TokenWanted } from '../hub/problems';
import { UserError } from '../shared/errors';

/** Each hub has a token of its own, so that a change of the address takes no token along. */
function keyOf(address: string): string {
  return `brainlens.hubToken ${address}`;
}

/** The address that setting and environment name. @throws UserError where it is none */
function currentAddress(): string {
  return hubAddress(workspace.getConfiguration('brainlens').get<string>('hubEndpoint', ''), process.env);
}

/** The hub with the token that is stored for it, if there is one. */
export async function currentHub(secrets: SecretStorage): Promise<Hub> {
  const address = currentAddress();
  return { address, token: await secrets.get(keyOf(address)) };
}

/** *Brainlens: Set Hugging Face Token…*: keeps it in VS Code's secret storage, nowhere else. */
export async function setHubToken(secrets: SecretStorage): Promise<void> {
  const address = currentAddress();
  if (await askToken(address, secrets))
    void window.showInformationMessage(l10n.t('The token for {0} is stored.', hostOf(address)));
}

/**
 * Asks the hub something; where it wants a token, offers to set one and asks again.
 * @returns `undefined` where the person sets none: they have read why it is wanted
 */
export async function withToken<T>(secrets: SecretStorage, ask: (hub: Hub) => Promise<T>): Promise<T | undefined> {
  for (;;) {
    const hub = await currentHub(secrets);
    try {
      return await ask(hub);
    } catch (error) {
      if (!(error instanceof TokenWanted)) throw error;
      const set = l10n.t('Set Hugging Face Token…');
      const answer = await window.showErrorMessage(`Brainlens: ${error.message}`, set);
      if (answer !== set || !(await askToken(hub.address, secrets))) return undefined;
    }
  }
}

/** @returns whether one was given, and is stored now. @throws UserError where it would go out unencrypted */
async function askToken(address: string, secrets: SecretStorage): Promise<boolean> {
  const host = hostOf(address);
  if (!maySendToken(address))
    throw new UserError(
      l10n.t('{0} is reached without encryption', host),
      l10n.t('A token is stored for https addresses only.'),
    );
  const token = await window.showInputBox({
    title: l10n.t('Set Hugging Face Token'),
    prompt: l10n.t('Access token for {0}; reading is all that it need allow. It is kept in the secret storage.', host),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (/^[\x21-\x7e]+$/.test(text.trim()) ? undefined : l10n.t('A token has no spaces.')),
  });
  if (token === undefined) return false;
  await secrets.store(keyOf(address), token.trim());
  return true;
}

/** *Brainlens: Forget Hugging Face Token*: removes the token of the current hub. */
export async function forgetHubToken(secrets: SecretStorage): Promise<void> {
  const address = currentAddress();
  const host = hostOf(address);
  const had = (await secrets.get(keyOf(address))) !== undefined;
  await secrets.delete(keyOf(address));
  const said = had ? l10n.t('The token for {0} is forgotten.', host) : l10n.t('No token is stored for {0}.', host);
  void window.showInformationMessage(said);
}

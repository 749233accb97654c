import { UserError } from '../shared/errors';

/** Where models come from, and who asks. */
export interface Hub {
  /** Without a trailing slash: "https://huggingface.co". */
  readonly address: string;
  /** Sent to `address` only, never on to where it redirects. */
  readonly token?: string | undefined;
}

/** The hub where nothing else is set. */
export const PUBLIC_HUB = 'https://huggingface.co';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The hub's address: the setting, else the environment variable `HF_ENDPOINT`, else huggingface.co.
 * @param setting `brainlens.hubEndpoint`; empty where it is not set
 * @param env usually `process.env`
 * @throws UserError for what is no address of a web server
 */
export function hubAddress(setting: string, env: NodeJS.ProcessEnv): string {
  const fromSetting = setting.trim();
  const text = fromSetting || env['HF_ENDPOINT']?.trim() || PUBLIC_HUB;
  const name = fromSetting === '' ? 'HF_ENDPOINT' : 'The setting brainlens.hubEndpoint';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && !url.username && !url.password && !url.search && !url.hash;
  if (url === undefined || !plain || !/^https?:$/.test(url.protocol))
    throw new UserError(`${name} is no address of a hub`, `Write for example ${PUBLIC_HUB}.`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** Whether a token may be sent there: encrypted, or not leaving this machine. */
export function maySendToken(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || LOOPBACK.has(hostname);
}

/** Name of the hub for people: "huggingface.co". */
export function hostOf(address: string): string {
  return new URL(address).host;
}

import { UserError } from '../shared/errors';
import { hostOf, maySendToken } from './address';
import type { Hub } from './address';
import { unreachable } from './problems';

const MOST_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * A GET request that follows redirects itself, because the token must reach the hub only: storage servers, to which large
 * files are redirected, are other people's.
 * @param url absolute
 * @returns the answer, whatever its status; its body is not read yet
 * @throws Interrupted where there is none; the signal's reason when it is aborted
 */
export async function request(
  hub: Hub,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  const home = new URL(hub.address);
  let at = new URL(url);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    const response = await answerTo(at, { ...headers, ...authorization(hub, at.origin === home.origin) }, signal);
    const location = REDIRECTS.has(response.status) ? response.headers.get('location') : null;
    if (location === null) return response;
    await response.body?.cancel();
    at = redirected(at, location);
  }
  throw new UserError(`${home.host} redirects without end`, 'Check the address of the hub.');
}

function authorization(hub: Hub, own: boolean): Record<string, string> {
  if (!own || hub.token === undefined) return {};
  if (!maySendToken(hub.address))
    throw new UserError(
      `${hostOf(hub.address)} is reached without encryption, so that the token would be open to everyone on the way`,
      'Use an https address, or run Brainlens: Forget Hugging Face Token.',
    );
  return { authorization: `Bearer ${hub.token}` };
}

async function answerTo(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, redirect: 'manual', signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(url.host, error);
  }
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (to !== undefined && (to.protocol === 'https:' || to.protocol === from.protocol)) return to;
  throw new UserError(`${from.host} redirects to where nothing can be fetched safely`, 'Check the address of the hub.');
}

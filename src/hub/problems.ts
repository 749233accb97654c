import { messageOf, UserError } from '../shared/errors';
import { hostOf } from './address';
import type { Hub } from './address';

/** What may pass when it is tried again: a cut connection, a server that is busy. */
export class Interrupted extends UserError {}

/** What a token, or another one, may change. */
export class TokenWanted extends UserError {}

const SET_TOKEN = 'run Brainlens: Set Hugging Face Token…';

/** A request that got no answer, or only a part of one. The reason is a code such as ECONNRESET, never a header. */
export function unreachable(host: string, error: unknown): Interrupted {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = (cause as { readonly code?: unknown } | null)?.code;
  const reason = typeof code === 'string' ? code : messageOf(cause);
  return new Interrupted(`The connection to ${host} failed (${reason})`, 'Check the network and try again.');
}

/**
 * What an answer of the hub that is no success means.
 * @param what was asked for: "org/name", or a file of it
 */
export function refusedBy(hub: Hub, response: Response, what: string): UserError {
  const host = hostOf(hub.address);
  const code = response.headers.get('x-error-code');
  if (code === 'GatedRepo' || response.status === 403)
    return new TokenWanted(
      `${what} is gated: its owners want their terms to be accepted`,
      `Accept them on its page at ${host}, then ${SET_TOKEN}.`,
    );
  if (response.status === 401 && hub.token !== undefined && code !== 'RepoNotFound')
    return new TokenWanted(`${host} refused the stored token`, `To replace it, ${SET_TOKEN}.`);
  if (response.status === 401 || response.status === 404) {
    const problem = `${what} is not on ${host}, or not for everyone`;
    if (hub.token !== undefined) return new UserError(problem, 'Check its name.');
    return new TokenWanted(problem, `Check its name; for a private model, ${SET_TOKEN}.`);
  }
  if (response.status === 429)
    return new Interrupted(`${host} asks for fewer requests`, 'Wait some minutes and try again.');
  if (response.status >= 500)
    return new Interrupted(`${host} failed (status ${response.status})`, 'Try again in some minutes.');
  return new UserError(`${host} answered with status ${response.status} for ${what}`, 'Check the address of the hub.');
}

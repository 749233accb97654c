import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server saw it. */
export interface Seen {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

export interface LocalFile {
  readonly content: Buffer;
  /** Kept in large file storage: listed with its SHA-256, and redirected to another host. */
  readonly large?: boolean;
}

/** How the server misbehaves. */
export interface Moods {
  /** Status of the next answers that are files; each is used once. */
  readonly statuses: number[];
  /** The next bodies of large files are cut after so many bytes. */
  readonly cuts: number[];
  /** The next bodies of large files stop after so many bytes; their connections stay open. */
  readonly stalls: number[];
  /** Sends everything whatever range is asked for. */
  ignoresRanges: boolean;
  /** Sends these bytes in place of the right ones. */
  spoil: ((content: Buffer) => Buffer) | undefined;
  /** The only token that it takes; without one everyone is let in. */
  token: string | undefined;
  /** Accounts whose token is fine, but who accepted no terms. */
  gated: boolean;
  /** Names of files as it tells them, by their true names. */
  readonly aliases: Map<string, string>;
}

export const ID = 'lab/tiny';
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/**
 * Speaks the part of the hub's API that a download needs, on two ports of this machine: the hub itself, and the storage to
 * which it redirects large files, as huggingface.co does.
 */
export class LocalHub {
  readonly seen: Seen[] = [];
  readonly storageSeen: Seen[] = [];
  readonly moods: Moods = {
    statuses: [],
    cuts: [],
    stalls: [],
    ignoresRanges: false,
    spoil: undefined,
    token: undefined,
    gated: false,
    aliases: new Map(),
  };
  private readonly hub: Server = createServer((asked, answer) => this.answerHub(asked, answer));
  private readonly storage: Server = createServer((asked, answer) => this.answerStorage(asked, answer));

  constructor(readonly files: Readonly<Record<string, LocalFile>>) {}

  async start(): Promise<void> {
    for (const server of [this.hub, this.storage])
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    for (const server of [this.hub, this.storage]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  get address(): string {
    return addressOf(this.hub);
  }

  private answerHub(asked: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(asked.url!, this.address);
    this.seen.push(seenOf(asked));
    const { token, gated } = this.moods;
    if (gated) return refuse(answer, 403, 'GatedRepo');
    if (token !== undefined && asked.headers.authorization !== `Bearer ${token}`)
      return refuse(answer, 401, asked.headers.authorization === undefined ? 'RepoNotFound' : 'InvalidToken');
    if (url.pathname === '/api/models') return json(answer, this.found(url.searchParams));
    if (url.pathname === `/api/models/${ID}/revision/main`) return json(answer, { ...this.model(), sha: COMMIT });
    if (url.pathname === `/api/models/${ID}/tree/${COMMIT}`) return this.tree(url, answer);
    const prefix = `/${ID}/resolve/${COMMIT}/`;
    const name = decodeURIComponent(url.pathname.slice(prefix.length));
    const file = url.pathname.startsWith(prefix) ? this.files[name] : undefined;
    if (file === undefined) return refuse(answer, 404, 'EntryNotFound');
    const status = this.moods.statuses.shift();
    if (status !== undefined) return refuse(answer, status, undefined);
    if (file.large !== true) return this.send(file.content, asked, answer);
    answer.writeHead(302, {
      location: `${addressOf(this.storage)}/${name}?signature=s`,
      'x-linked-size': file.content.length,
      'x-linked-etag': `"${sha256(file.content)}"`,
      'x-repo-commit': COMMIT,
    });
    answer.end();
  }

  private answerStorage(asked: IncomingMessage, answer: ServerResponse): void {
    this.storageSeen.push(seenOf(asked));
    const name = new URL(asked.url!, this.address).pathname.slice(1);
    const stall = this.moods.stalls.shift();
    this.send(this.files[name]!.content, asked, answer, stall ?? this.moods.cuts.shift(), stall === undefined);
  }

  /** Two pages, as the hub pages long lists by the header `Link`. */
  private tree(url: URL, answer: ServerResponse): void {
    const entries = Object.entries(this.files).map(([path, { content, large }]) => ({
      type: 'file',
      path: this.moods.aliases.get(path) ?? path,
      size: content.length,
      oid: gitSha1(content),
      ...(large === true ? { lfs: { oid: sha256(content), size: content.length, pointerSize: 130 } } : {}),
    }));
    const half = Math.ceil(entries.length / 2);
    const second = url.searchParams.get('cursor') === 'second';
    if (!second) answer.setHeader('link', `<${this.address}${url.pathname}?recursive=true&cursor=second>; rel="next"`);
    json(answer, [
      { type: 'directory', path: 'onnx', size: 0 },
      ...(second ? entries.slice(half) : entries.slice(0, half)),
    ]);
  }

  private found(search: URLSearchParams): unknown[] {
    const words = search.get('search') ?? '';
    return [this.model(), { ...this.model(), id: 'lab/other' }].filter(({ id }) => id.includes(words));
  }

  private model() {
    return { _id: '1', id: ID, downloads: 1200, likes: 7, gated: false, private: false, lastModified: '2026-01-01' };
  }

  private send(content: Buffer, asked: IncomingMessage, answer: ServerResponse, cut?: number, ends = true): void {
    const sent = this.moods.spoil?.(content) ?? content;
    const from = this.moods.ignoresRanges ? undefined : /^bytes=(\d+)-$/.exec(asked.headers.range ?? '')?.[1];
    const start = Number(from ?? 0);
    const headers = { 'content-length': sent.length - start, etag: `"${sha256(content)}"` };
    if (from === undefined) answer.writeHead(200, headers);
    else answer.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${sent.length - 1}/${sent.length}` });
    if (cut === undefined) return void answer.end(sent.subarray(start));
    answer.write(sent.subarray(start, start + cut), () => void (ends && setTimeout(() => answer.destroy(), 20)));
  }
}

export function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** As `git hash-object` does. */
function gitSha1(content: Buffer): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function seenOf({ url, headers }: IncomingMessage): Seen {
  return { path: url!, range: headers.range, authorization: headers.authorization };
}

function json(answer: ServerResponse, value: unknown): void {
  answer.setHeader('content-type', 'application/json');
  answer.end(JSON.stringify(value));
}

function refuse(answer: ServerResponse, status: number, code: string | undefined): void {
  answer.writeHead(status, code === undefined ? {} : { 'x-error-code': code });
  answer.end();
}

// Owns sending from a page: requests that outlive it as far as browsers allow.
import type { Reply, Transport } from '../core/effects.ts';
import { eventsHeaders, eventsUrl, fetchReply } from '../core/fetch-reply.ts';
import { KEEPALIVE_BYTES } from '../core/limits.ts';
import type { Browser } from './browser.ts';

export interface PageTarget {
  readonly url: string;
  readonly writeKey: string;
}

export class PageTransport implements Transport {
  readonly #target: PageTarget;
  readonly #browser: Browser;
  /** Bytes of requests under way that may outlive the page. */
  #keptAlive = 0;

  constructor(target: PageTarget, browser: Browser) {
    this.#target = target;
    this.#browser = browser;
  }

  async send(body: string, bytes: number): Promise<Reply> {
    const { url, writeKey } = this.#target;
    const keepalive = bytes <= this.lastRoom();
    return this.#counted(keepalive ? bytes : 0, () =>
      fetchReply(eventsUrl(url), { body, keepalive, headers: eventsHeaders(writeKey) }),
    );
  }

  /** A request that needs no preflight, which a page that ends could not wait for: the key in the query, the body as text. */
  async sendLast(body: string, bytes: number): Promise<Reply> {
    const { url, writeKey } = this.#target;
    const target = `${eventsUrl(url)}?writeKey=${encodeURIComponent(writeKey)}`;
    if ('keepalive' in Request.prototype) {
      return this.#counted(bytes, () =>
        fetchReply(target, { body, keepalive: true, headers: { 'content-type': 'text/plain' } }),
      );
    }
    const taken = this.#browser.navigator.sendBeacon?.(target, new Blob([body], { type: 'text/plain' })) === true;
    return { kind: taken ? 'unknown' : 'unreachable' };
  }

  lastRoom(): number {
    return KEEPALIVE_BYTES - this.#keptAlive;
  }

  async #counted(bytes: number, request: () => Promise<Reply>): Promise<Reply> {
    this.#keptAlive += bytes;
    const reply = await request();
    this.#keptAlive -= bytes;
    return reply;
  }
}

// Owns the client for browsers: put together from IndexedDB, fetch that outlives the page, and the page's own events.
import { type Client, type ClientOptions, createClient } from './core/client.ts';
import type { Clock, RandomBytes } from './core/effects.ts';
import { BROWSER_LIMITS } from './core/limits.ts';
import { createIds } from './core/uuid-v7.ts';
import type { Browser } from './web/browser.ts';
import { IndexedDbStore } from './web/indexed-db-store.ts';
import { PageTransport } from './web/page-transport.ts';
import { watchPage } from './web/page-watch.ts';

export type { Client, Counts, Problem } from './core/client.ts';
export type { Rejected } from './core/outbox.ts';
export type { Consent, EventDescriptor, Tracked, TrackOptions, Who } from './core/record.ts';

export interface BrowserOptions extends ClientOptions {
  /** Name of the queue; pages of an origin with the same name share one, over changes of the write key too. Default `tributary`. */
  readonly queue?: string;
}

/** The client of a page. What is tracked survives the page, the browser and a lost connection for 30 days. */
export function createBrowserClient(options: BrowserOptions): Client {
  const browser = globalThis as unknown as Browser; // the types of Node are those of this repository
  const { indexedDB, navigator } = browser;
  const store =
    indexedDB === undefined || options.oneShot === true
      ? undefined
      : new IndexedDbStore({
          factory: indexedDB,
          locks: navigator.locks,
          name: options.queue ?? 'tributary',
          lane: createIds(randomBytes)(Date.now()),
        });
  const { client, sender } = createClient(options, {
    limits: { ...BROWSER_LIMITS, ...options.limits },
    clock: pageClock,
    random: randomBytes,
    store,
    transport: new PageTransport(options, browser),
  });
  const unwatch = watchPage(browser, {
    hidden: () => sender.lastCall(),
    left: () => store?.release(),
    back: () => {
      store?.resume().catch(() => undefined);
      sender.hurry();
    },
    connected: () => sender.hurry(),
  });
  return {
    track: (type, data, trackOptions) => client.track(type, data, trackOptions),
    identify: (who) => client.identify(who),
    setConsent: (answers) => client.setConsent(answers),
    flush: (timeoutMs) => client.flush(timeoutMs),
    saved: () => client.saved(),
    counts: () => client.counts(),
    close: (timeoutMs) => {
      unwatch();
      return client.close(timeoutMs);
    },
  };
}

const pageClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};

const randomBytes: RandomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));

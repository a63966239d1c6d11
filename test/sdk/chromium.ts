/** A Chromium of our own, driven over the DevTools protocol through a pipe: https://chromedevtools.github.io/devtools-protocol/ */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-pipe',
];

/** Where Debian and others put it; `CHROMIUM` names another place. */
const PLACES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The program, if there is one. */
export const CHROMIUM = PLACES.find((path) => path !== undefined && existsSync(path));

type Json = { readonly [key: string]: unknown };

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly result?: Json;
  readonly error?: { readonly message: string };
}

export interface Chromium {
  /** Opens a tab and waits until it has loaded. */
  open(url: string): Promise<Tab>;
  /** Kills every process of it. */
  kill(): Promise<void>;
}

export interface Tab {
  /** The value of an expression, awaited, as JSON. */
  run<Value = unknown>(expression: string): Promise<Value>;
  go(url: string): Promise<void>;
  /** Cuts the network of the tab, or restores it. */
  offline(cut: boolean): Promise<void>;
  /** Closes it as a person does. */
  close(): Promise<void>;
}

/** Starts it on a profile of one's own. */
export async function startChromium(profile: string): Promise<Chromium> {
  if (CHROMIUM === undefined) throw new Error('there is no Chromium');
  const child = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    // A process group of its own, so that killing it takes its children along.
    detached: true,
  });
  const pipe = new DevToolsPipe(child);
  await pipe.call('Browser.getVersion');
  return {
    async open(url) {
      const { targetId } = await pipe.call('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await pipe.call('Target.attachToTarget', { targetId, flatten: true });
      const tab = new PipedTab(pipe, String(targetId), String(sessionId));
      await tab.prepare();
      await tab.go(url);
      return tab;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const ended = once(child, 'exit');
      process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

class DevToolsPipe {
  readonly #out: Writable;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #events = new Set<(message: Message) => void>();
  #next = 1;
  #rest = '';

  constructor(child: ChildProcess) {
    // Chromium reads from 3 and writes to 4, each message ending in a zero byte.
    const [, , , out, into] = child.stdio as unknown as [null, null, null, Writable, Readable];
    this.#out = out;
    out.on('error', () => undefined);
    into.setEncoding('utf8');
    into.on('data', (chunk: string) => this.#read(chunk));
  }

  async call(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = this.#next++;
    const answered = new Promise<Message>((resolve) => this.#answers.set(id, resolve));
    this.#out.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** The next event of a session. */
  event(method: string, sessionId: string): Promise<void> {
    return new Promise((resolve) => {
      const listener = (message: Message): void => {
        if (message.method !== method || message.sessionId !== sessionId) return;
        this.#events.delete(listener);
        resolve();
      };
      this.#events.add(listener);
    });
  }

  #read(chunk: string): void {
    const messages = (this.#rest + chunk).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const text of messages) {
      const message = JSON.parse(text) as Message;
      if (message.id === undefined) for (const listener of this.#events) listener(message);
      else {
        this.#answers.get(message.id)?.(message);
        this.#answers.delete(message.id);
      }
    }
  }
}

class PipedTab implements Tab {
  readonly #pipe: DevToolsPipe;
  readonly #targetId: string;
  readonly #sessionId: string;

  constructor(pipe: DevToolsPipe, targetId: string, sessionId: string) {
    this.#pipe = pipe;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
  }

  async prepare(): Promise<void> {
    await Promise.all([this.#call('Page.enable'), this.#call('Network.enable'), this.#call('Runtime.enable')]);
  }

  async run<Value>(expression: string): Promise<Value> {
    const params = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#call('Runtime.evaluate', params);
    if (exceptionDetails !== undefined) throw new Error(`in the page: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: Value }).value;
  }

  async go(url: string): Promise<void> {
    const loaded = this.#pipe.event('Page.loadEventFired', this.#sessionId);
    await this.#call('Page.navigate', { url });
    await loaded;
  }

  async offline(cut: boolean): Promise<void> {
    const conditions = { offline: cut, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await this.#call('Network.emulateNetworkConditions', conditions);
  }

  async close(): Promise<void> {
    const gone = this.#pipe.event('Inspector.detached', this.#sessionId);
    await this.#pipe.call('Target.closeTarget', { targetId: this.#targetId });
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 500))]);
  }

  #call(method: string, params: Json = {}): Promise<Json> {
    return this.#pipe.call(method, params, this.#sessionId);
  }
}

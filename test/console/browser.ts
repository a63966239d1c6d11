// Owns a headless Chromium driven over the DevTools protocol on a pipe: no port, no driver, nothing installed.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'] as const;
const WAIT_MS = 15_000;
const LOOK_EVERY_MS = 50;

/** The command of a browser on this machine; CHROME_BIN says which. */
export function findBrowser(): string | undefined {
  const candidates = [process.env['CHROME_BIN'], ...NAMES].filter((name) => name !== undefined);
  return candidates.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

/** One page. */
export interface Page {
  open(url: string): Promise<void>;
  show(view: View): Promise<void>;
  /** What an expression comes to in the page. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until an expression is true; fails with what the page shows. */
  until(expression: string): Promise<void>;
  press(key: string): Promise<void>;
  pointAt(selector: string): Promise<void>;
  screenshot(file: string): Promise<void>;
  /** What went wrong in it, and what it asked for, so far. */
  readonly problems: readonly string[];
  readonly requests: readonly string[];
}

export interface Browser {
  newPage(): Promise<Page>;
  stop(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

type Send = (method: string, params?: object, session?: string) => Promise<Readonly<Record<string, unknown>>>;
type Listener = (message: Message) => void;

export async function startBrowser(command: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'tributary-browser-'));
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'];
  const child = spawn(command, [...flags, '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const listeners = new Set<Listener>();
  const send = protocol(child, listeners);
  return {
    newPage: () => newPage(send, listeners),
    async stop() {
      const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
      await send('Browser.close').catch(() => child.kill('SIGKILL'));
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Messages are JSON with a zero byte after each. https://chromedevtools.github.io/devtools-protocol/ */
function protocol(child: ChildProcess, listeners: ReadonlySet<Listener>): Send {
  const input = child.stdio[3] as Writable;
  const output = child.stdio[4] as Readable;
  const asked = new Map<
    number,
    { resolve: (result: Readonly<Record<string, unknown>>) => void; reject: (e: Error) => void }
  >();
  let ids = 0;
  let rest = '';
  const take = (text: string): void => {
    const message = JSON.parse(text) as Message;
    const waiting = message.id === undefined ? undefined : asked.get(message.id);
    if (waiting === undefined) {
      for (const listener of listeners) listener(message);
      return;
    }
    asked.delete(message.id ?? 0);
    if (message.error === undefined) waiting.resolve(message.result ?? {});
    else waiting.reject(new Error(message.error.message));
  };
  output.setEncoding('utf8');
  output.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\0');
    rest = parts.pop() ?? '';
    for (const part of parts) take(part);
  });
  child.once('exit', () => {
    for (const { reject } of asked.values()) reject(new Error('the browser ended'));
  });
  return (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      ids += 1;
      asked.set(ids, { resolve, reject });
      input.write(
        `${JSON.stringify({ id: ids, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`,
      );
    });
}

async function newPage(send: Send, listeners: Set<Listener>): Promise<Page> {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const session = String(sessionId);
  const ask = (method: string, params: object = {}): ReturnType<Send> => send(method, params, session);
  const problems: string[] = [];
  const requests: string[] = [];
  listeners.add(({ sessionId: from, method, params = {} }) => {
    if (from !== session) return;
    if (method === 'Runtime.exceptionThrown') problems.push(JSON.stringify(params['exceptionDetails']));
    if (method === 'Log.entryAdded') problems.push(textOf(params['entry']));
    if (method === 'Network.requestWillBeSent') requests.push((params['request'] as { url: string }).url);
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`);

  const evaluate = async (expression: string): Promise<unknown> => {
    const reply = await ask('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (reply['exceptionDetails'] !== undefined)
      throw new Error(`${expression}: ${JSON.stringify(reply['exceptionDetails'])}`);
    return (reply['result'] as { value?: unknown }).value;
  };
  return {
    problems,
    requests,
    evaluate,
    open: async (url) => void (await ask('Page.navigate', { url })),
    async show({ width, height, scheme }) {
      await ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
      const features = [{ name: 'prefers-color-scheme', value: scheme }];
      await ask('Emulation.setEmulatedMedia', { features });
    },
    async until(expression) {
      const deadline = Date.now() + WAIT_MS;
      const tried = `(() => { try { return ${expression}; } catch { return false; } })()`;
      while ((await evaluate(tried)) !== true) {
        if (Date.now() > deadline) {
          const shown = String(await evaluate('document.body.innerText'));
          throw new Error(`never true: ${expression}\n${problems.join('\n')}\n${shown.slice(0, 2000)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    },
    async press(key) {
      const named = { key, code: key, windowsVirtualKeyCode: KEYS[key] ?? 0 };
      await ask('Input.dispatchKeyEvent', { type: 'keyDown', ...named });
      await ask('Input.dispatchKeyEvent', { type: 'keyUp', ...named });
    },
    async pointAt(selector) {
      const place = `(({left, top, width, height}) => ({x: left + width / 2, y: top + height / 2}))(document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect())`;
      const point = (await evaluate(place)) as { x: number; y: number };
      await ask('Input.dispatchMouseEvent', { type: 'mouseMoved', ...point });
    },
    async screenshot(file) {
      const { data } = await ask('Page.captureScreenshot', { format: 'png' });
      writeFileSync(file, Buffer.from(String(data), 'base64'));
    },
  };
}

/** Virtual key codes of the keys that tests press. */
const KEYS: Readonly<Record<string, number>> = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};

function textOf(entry: unknown): string {
  const { level, text, url } = entry as { level: string; text: string; url?: string };
  return `${level}: ${text} ${url ?? ''}`;
}

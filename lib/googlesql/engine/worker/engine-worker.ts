/** The worker thread's main file: opens the engine and does what it is asked to. */

import { parentPort, workerData } from 'node:worker_threads';
import { engineErrorOf } from '../failure.ts';
import { ok, type Outcome } from '../outcome.ts';
import type { EngineSettings } from '../settings.ts';
import { Engine } from './engine.ts';
import type { Reply, Request } from './messages.ts';
import { operations, type Place } from './operations.ts';
import { RemotePort } from './remote-port.ts';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker');

function reply(message: Reply): void {
  port?.postMessage(message, buffersOf(message));
}

/** Whole buffers are handed over instead of copied. */
function buffersOf(message: Reply): ArrayBuffer[] {
  if (message.kind !== 'answer' || message.outcome.kind !== 'ok') return [];
  const { value } = message.outcome;
  if (typeof value !== 'object' || value === null || !('rowsJson' in value)) return [];
  const { rowsJson } = value;
  if (!(rowsJson instanceof Uint8Array) || !(rowsJson.buffer instanceof ArrayBuffer)) return [];
  return rowsJson.byteLength === rowsJson.buffer.byteLength ? [rowsJson.buffer] : [];
}

type Call = Extract<Request, { readonly kind: 'call' }>;

async function outcomeOf(engine: Engine, { operation, given, nowMs }: Call): Promise<Outcome<unknown>> {
  // The warehouse's own calls are typed by the same table.
  const perform = operations[operation] as (place: Place, ...given: readonly unknown[]) => Promise<unknown>;
  // Cancelling must not wait for anything.
  if (operation === 'cancel') return ok(await perform({ engine, nowMs }, ...given));
  try {
    return ok(await engine.during(nowMs, () => perform({ engine, nowMs }, ...given)));
  } catch (error) {
    return { kind: 'failed', error: engineErrorOf(error) };
  }
}

async function open(): Promise<Engine | undefined> {
  try {
    // What `openWarehouse` passes.
    const engine = await Engine.open(workerData as EngineSettings, remote.call);
    reply({ kind: 'open' });
    return engine;
  } catch (error) {
    reply({ kind: 'notOpen', message: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

/** A thread must not end while DuckDB may still call into it, or the whole process ends; but it waits only so long. */
const MAX_ABANDON_MS = 5000;

/** After a bug of ours nothing here can be relied on: another worker opens the file anew. */
function endAfter(engine: Engine): void {
  setTimeout(() => process.exit(1), MAX_ABANDON_MS).unref();
  void engine.abandon().finally(() => process.exit(1));
}

const remote = new RemotePort(reply);
const engine = await open();
if (engine === undefined) port.close();
else {
  process.on('uncaughtException', () => endAfter(engine));
  port.on('message', (request: Request) => {
    if (request.kind === 'call') {
      void outcomeOf(engine, request).then((outcome) => reply({ kind: 'answer', id: request.id, outcome }));
    } else if (request.kind === 'remoteAnswer') {
      remote.answer(request.id, request.outcome);
    } else {
      void engine.close().finally(() => port.close());
    }
  });
}

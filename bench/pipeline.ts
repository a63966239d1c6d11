/** The way of a batch through collect in this process, without HTTP and without a broker, and what it costs. */
import { BatchClaims } from '#functions/collect/batch/accepted-events.ts';
import { applyKeys } from '#functions/collect/batch/apply-keys.ts';
import { collectBatch } from '#functions/collect/batch/collect-batch.ts';
import { messagesOf } from '#functions/collect/batch/messages.ts';
import { judgeAll } from '#functions/collect/batch/prepare.ts';
import { assemble, type CollectParts } from '#functions/collect/collect.ts';
import { readBatch } from '#shared/events/batch.ts';
import type { WriteKey } from '#shared/events/write-key.ts';
import type { BootId } from '#shared/platform/ids.ts';
import { batchBody } from './collect-batch-body.ts';

const EVENTS = 20;
const STAGED_BATCHES = 1000;

export interface PipelineFigures {
  readonly eventsPerSecond: number;
  /** Of one core. */
  readonly microsecondsPerEvent: number;
  /** The same of each stage, of users that are known, by the clock. What is left to the whole are claims, books and verdicts. */
  readonly stages: Stages;
}

/** Microseconds an event. */
export type Stages = Readonly<Record<'parse' | 'validate' | 'seal' | 'rows', number>>;

export interface Pipeline {
  /** Sends a batch of a user. @throws when any of its events is not accepted */
  send(user: number): Promise<void>;
  /** Sends one batch after the other for a time; they are numbered on from round to round. */
  measure(forMs: number, userOf: (request: number) => number): Promise<PipelineFigures>;
}

/**
 * Opens it over these parts.
 * @param dress what is changed in the bytes of a batch before it is sent
 */
export async function openPipeline(
  parts: CollectParts,
  writeKey: WriteKey,
  dress: (bytes: Buffer, firstId: number) => void = () => undefined,
): Promise<Pipeline> {
  const door = assemble('01a1fc3e-10c0-75b0-a985-3077495ed126' as BootId, parts);
  await Promise.all([door.keys.open(), door.catalogs.refresh()]);
  const body = batchBody(EVENTS);
  let [ids, requests] = [0, 0];

  const send = async (user: number): Promise<void> => {
    body.stamp(ids, user);
    dress(body.bytes, ids);
    ids += EVENTS;
    const read = readBatch(body.bytes);
    const { keyrings } = door.keys.keys;
    const { current: catalog } = door.catalogs;
    if (read.kind !== 'read' || catalog === undefined) throw new Error('not ready');
    const arrived = { batch: read.batch, writeKey, bodyBytes: body.bytes.length };
    const verdicts = await collectBatch(arrived, { catalog, keyrings }, door);
    if (verdicts.some(({ status }) => status !== 'accepted')) throw new Error(JSON.stringify(verdicts[0]));
  };

  /** The stages one after the other, as `collectBatch` calls them, with a look at the clock in between. */
  const stagesOf = async (userOf: (request: number) => number): Promise<Stages> => {
    const sums = { parse: 0, validate: 0, seal: 0, rows: 0 };
    const { keyrings } = door.keys.keys;
    const { current: catalog } = door.catalogs;
    if (catalog === undefined) throw new Error('not ready');
    for (let batch = 0; batch < STAGED_BATCHES; batch += 1) {
      body.stamp(ids, userOf(batch));
      dress(body.bytes, ids);
      ids += EVENTS;
      const claims = new BatchClaims(door.accepted, writeKey.name);
      const began = performance.now();
      const read = readBatch(body.bytes);
      const parsed = performance.now();
      if (read.kind !== 'read') throw new Error('the batch is malformed');
      const context = { receivedAtMs: door.clock.now(), importId: undefined, boot: door.boot };
      const arrived = { batch: read.batch, writeKey, bodyBytes: body.bytes.length };
      const judged = await judgeAll(arrived, catalog, context, door);
      const validated = performance.now();
      const candidates = judged.filter((event) => event.kind === 'candidate');
      const keyed = await applyKeys(candidates, { ...door, keyrings, claims, mayTake: () => true });
      const sealed = performance.now();
      messagesOf(
        keyed.filter((event) => event.kind === 'ready'),
        context,
        door.sequences,
      );
      sums.rows += performance.now() - sealed;
      sums.seal += sealed - validated;
      sums.validate += validated - parsed;
      sums.parse += parsed - began;
      claims.release();
    }
    const each = (ms: number): number => Math.round((ms / (STAGED_BATCHES * EVENTS)) * 1e5) / 100;
    const { parse, validate, seal, rows } = sums;
    return { parse: each(parse), validate: each(validate), seal: each(seal), rows: each(rows) };
  };

  return {
    send,
    async measure(forMs, userOf) {
      const [startedMs, before, from] = [performance.now(), process.cpuUsage(), requests];
      while (performance.now() - startedMs < forMs) {
        requests += 1;
        await send(userOf(requests));
      }
      const elapsedMs = performance.now() - startedMs;
      const cpu = process.cpuUsage(before);
      const events = (requests - from) * EVENTS;
      return {
        eventsPerSecond: Math.round((events / elapsedMs) * 1000),
        microsecondsPerEvent: Math.round(((cpu.user + cpu.system) / events) * 100) / 100,
        stages: await stagesOf((batch) => userOf(batch * 10 + 1)),
      };
    },
  };
}

/** A user out of so many, all over them. */
export function anyUser(request: number, users: number): number {
  return (request * 7919) % users;
}

/** In a process of its own: says that it is ready, and then measures each time that it is told for how long. */
export function measureWhenTold(measure: (forMs: number) => Promise<PipelineFigures>): void {
  const tell = (message: object): boolean | undefined => process.send?.(message);
  process.on('message', (forMs: number) => void measure(forMs).then(tell));
  tell({ ready: true });
}

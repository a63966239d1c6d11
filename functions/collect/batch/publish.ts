// Owns making messages durable: published, noted as acknowledged, receipted in an import; only then are their events accepted.
import { widen } from '#shared/events/import-closing.ts';
import type { ReceivedOfType } from '#shared/events/import-record.ts';
import type { Verdict } from '#shared/events/verdict.ts';
import type { Publisher } from '#shared/gcp/publisher.ts';
import type { EventTypeId, ImportId } from '#shared/platform/ids.ts';
import type { Budgets } from '../state/budgets.ts';
import type { HourEntry } from '../state/hour-reports.ts';
import type { Imports } from '../state/imports.ts';
import type { BatchClaims } from './accepted-events.ts';
import type { TypeMessages } from './messages.ts';
import type { BatchVerdicts } from './verdicts.ts';

export interface PublishParts {
  readonly publisher: Publisher;
  readonly imports: Imports;
  readonly budgets: Pick<Budgets, 'spend'>;
  readonly entry: HourEntry;
  readonly claims: BatchClaims;
  readonly verdicts: BatchVerdicts;
}

/** Publishes messages and settles their events, which are remembered only when they are accepted: anything less has to come again. */
export async function publishMessages(
  messages: readonly TypeMessages[],
  importId: ImportId | undefined,
  parts: PublishParts,
): Promise<void> {
  // Registered first, so that whoever closes the hour knows that this boot may have published in it.
  const registered = await parts.entry.register();
  const published = await Promise.all(messages.map((type) => publishType(type, registered, parts)));
  const durable = messages.filter((_, at) => published[at] === true);
  if (importId === undefined) for (const { type, rows } of durable) parts.budgets.spend(type, bytesOf(rows));
  const refusal = importId === undefined ? undefined : await receiptRefusal(importId, durable, parts.imports);
  for (const [at, { events }] of messages.entries()) {
    const verdict = published[at] === true ? refusal : PUBLISH_FAILED;
    for (const event of events) {
      if (verdict === undefined) parts.claims.accept(event.claim);
      parts.verdicts.set(event, verdict ?? { kind: 'accepted', ignored: event.ignored });
    }
  }
}

function bytesOf(rows: readonly Buffer[]): number {
  return rows.reduce((sum, { length }) => sum + length, 0);
}

const PUBLISH_FAILED: Verdict = { kind: 'retry', code: 'publish_failed' };

async function publishType(
  { type, topic, rows, sequences: [first, last] }: TypeMessages,
  registered: boolean,
  { publisher, entry }: PublishParts,
): Promise<boolean> {
  if (!registered || (await publisher.publish(topic, rows)) !== 'acknowledged') return false;
  entry.acknowledge(type, first, last);
  return true;
}

async function receiptRefusal(
  id: ImportId,
  durable: readonly TypeMessages[],
  imports: Imports,
): Promise<Verdict | undefined> {
  if (durable.length === 0) return undefined;
  const types = new Map(durable.map((type): [EventTypeId, ReceivedOfType] => [type.type, receivedOf(type)]));
  switch (await imports.receipt(id, types)) {
    case 'written':
      return undefined;
    case 'overtaken':
      // The rows are on their way to the raw table, and whether a closing will take them is not known.
      return { kind: 'retry', code: 'overtaken_import' };
    case 'failed':
      return PUBLISH_FAILED;
  }
}

function receivedOf({ events, sequences }: TypeMessages): ReceivedOfType {
  const firstMs = events[0]?.eventTimeMs ?? 0;
  const span = events.reduce((so, { eventTimeMs }) => widen(so, eventTimeMs), { firstMs, lastMs: firstMs });
  return { ranges: [sequences], ...span };
}

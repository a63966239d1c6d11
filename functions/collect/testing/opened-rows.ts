// Owns looking at what collect has published, as somebody who has all the keys: sealed values opened, rows told apart by topic.
import { eventTypesOf, type Catalog } from '#shared/catalog/catalog.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import { eventTopic, FAILED_EVENTS_TOPIC } from '#shared/catalog/names.ts';
import { otherPersonsOf, sealedColumnOf } from '#shared/catalog/other-persons.ts';
import { QUALITY_PURPOSE } from '#shared/catalog/platform.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { Keyrings, type Used, type UsedByToken } from '#shared/privacy/keys/keyrings.ts';
import type { PurposeKeys } from '#shared/privacy/keys/purpose-keys.ts';
import { openPepper } from '#shared/privacy/keys/pepper.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';
import { openFields } from '#shared/privacy/sealing.ts';
import type { CollectParts } from '../collect.ts';
import { MEMORY_REVOCATION_BOUND_MS } from './in-memory.ts';

/** A row by column, as a BigQuery subscription would write it. */
export type Row = { readonly [column: string]: unknown };

/** A message as it was published. */
export interface PublishedRow {
  readonly topic: string;
  readonly row: Row;
}

/** An event that was accepted. */
export interface AcceptedEvent<Data> {
  /** What is stored of it: sealed values as bytes in base64, identifiers as digests and pseudonyms. */
  readonly row: Row;
  /**
   * Its data with what is sealed opened. What is stored coarser or as a pseudonym is so here, too; what is dropped, or was not sent,
   * is left out.
   */
  readonly data: Partial<Data>;
}

/** An event that was rejected and kept. Refused consent and erased users are not kept, so not here. */
export interface RejectedEvent {
  /** A code of docs/errors.md. */
  readonly code: string;
  /** The declared field that was wrong. */
  readonly path: string | undefined;
  /** The declared type that it named. */
  readonly type: string | undefined;
  /** As it was sent. */
  readonly original: unknown;
}

/** Somebody who has all the keys. */
export interface Opener {
  /** @throws Error when the type is not declared */
  accepted(published: readonly PublishedRow[], type: string): Promise<readonly AcceptedEvent<Row>[]>;
  rejected(published: readonly PublishedRow[]): Promise<readonly RejectedEvent[]>;
}

/** Opens what was published by collect with these parts. */
export function createOpener(parts: Pick<CollectParts, 'keys' | 'clock'>, catalog: Catalog): Opener {
  let opening: Promise<Keyrings> | undefined;
  const keyrings = (): Promise<Keyrings> => (opening ??= openKeyrings(parts));

  const acceptedEvent = async (row: Row, { fields, purpose }: EventType): Promise<AcceptedEvent<Row>> => {
    const clear = fields.flatMap(({ name }) => (isAbsent(row[name]) ? [] : [[name, row[name]] as const]));
    const others = otherPersonsOf(fields).map(({ field }) => [field, sealedColumnOf(field)] as const);
    let opened: Row = {};
    for (const [named, blob] of [['subject', 'sealed'] as const, ...others]) {
      const [token, sealed] = [textOf(row, named), textOf(row, blob)];
      if (token === undefined || sealed === undefined) continue;
      const used = await (await keyrings()).useByToken(purpose, token, (keys) => open(keys, sealed));
      opened = { ...opened, ...plain(used) };
    }
    return { row, data: { ...Object.fromEntries(clear), ...opened } };
  };

  const rejectedEvent = async (row: Row): Promise<RejectedEvent> => {
    const [token, day, sealed = ''] = [textOf(row, 'subject'), textOf(row, 'day_key'), textOf(row, 'sealed')];
    // Where nobody could be read, it lies under the key of its day.
    const used =
      token === undefined
        ? (await keyrings()).use({ subject: { kind: 'day', id: day ?? '' }, purpose: QUALITY_PURPOSE }, ({ keys }) =>
            open(keys, sealed),
          )
        : (await keyrings()).useByToken(QUALITY_PURPOSE, token, (keys) => open(keys, sealed));
    const original = textOf(plain(await used), 'original');
    return {
      code: textOf(row, 'code') ?? '',
      path: textOf(row, 'path'),
      type: textOf(row, 'event_type'),
      original: original === undefined ? undefined : (JSON.parse(original) as unknown),
    };
  };

  return {
    async accepted(published, type) {
      const eventType = eventTypesOf(catalog).find(({ id }) => id === type);
      if (eventType === undefined) throw new Error(`${type} is not declared`);
      return Promise.all(rowsOf(published, eventTopic(eventType.id)).map((row) => acceptedEvent(row, eventType)));
    },
    rejected: (published) => Promise.all(rowsOf(published, FAILED_EVENTS_TOPIC).map(rejectedEvent)),
  };
}

async function openKeyrings({ keys, clock }: Pick<CollectParts, 'keys' | 'clock'>): Promise<Keyrings> {
  const epochs = new EpochKeys({ store: keys.epochs, wrapper: keys.wrapper, clock });
  const found = await openPepper(keys.pepper, keys.wrapper, keys.pepperVersion);
  if (found.kind !== 'pepper') throw new Error('the pepper is damaged');
  const deps = { store: keys.keyrings, epochs, feed: keys.feed, pepper: found.pepper, clock };
  return new Keyrings(deps, { timing: revocationTiming(MEMORY_REVOCATION_BOUND_MS) });
}

function open(keys: PurposeKeys, sealed: string): ReturnType<typeof openFields> {
  return openFields(keys, Buffer.from(sealed, 'base64'));
}

type Opened = Used<ReturnType<typeof openFields>> | UsedByToken<ReturnType<typeof openFields>>;

function plain(used: Opened): Row {
  if (used.kind === 'used' && used.result.kind === 'plain') return used.result.fields;
  throw new Error('a sealed value does not open');
}

function rowsOf(published: readonly PublishedRow[], topic: string): readonly Row[] {
  return published.filter((message) => message.topic === topic).map(({ row }) => row);
}

function textOf(row: Row, column: string): string | undefined {
  const value = row[column];
  return typeof value === 'string' ? value : undefined;
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

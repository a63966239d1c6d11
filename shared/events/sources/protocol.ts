// Owns what the protocol of other clients is to the platform: how its requests are read and answered, and what one of its events says.
import type { PlatformError } from '../../platform/platform-error.ts';
import type { Reply } from '../reply.ts';
import type { WireVerdict } from '../verdict.ts';

/** A protocol that clients of others speak. Everything about it is in one file; what its events mean here, mapping files say. */
export interface SourceProtocol {
  /** Where its requests come, by POST. */
  readonly routes: readonly SourceRoute[];
  /** Whether a request that came to the path of native batches, or to none, is of this protocol by its headers. */
  claims?(headers: SourceRequest['headers']): boolean;
  /** Names that a mapping file may give to its events. */
  readonly eventNames: Words & {
    /** The less specific name that an event of a name has as well, if any: mapped by it where the first is not mapped. */
    readonly general?: (name: string) => string | undefined;
  };
  /** What paths of a mapping file may begin with. */
  readonly roots: Words;
  /** Reads a body, inflated already, into events as sent. Never quotes what was sent, and does not throw on it. */
  read(body: Uint8Array, request: SourceRequest): SourceBatch | PlatformError;
  /** The answer to a request that is refused as a whole. */
  refuse(refusal: PlatformError): Reply;
  /** What one event says, whatever was sent. */
  describe(sent: unknown): SourceEvent;
}

/** Texts of a kind, and the words in which an error says which those are. */
export interface Words {
  readonly allowed: string;
  readonly is: (text: string) => boolean;
}

export interface SourceRoute {
  readonly path: string;
  /** One sentence for the OpenAPI document. */
  readonly summary: string;
}

/** What of a request is there beside its body. */
export interface SourceRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What a request carries. */
export interface SourceBatch {
  /** When the client sent it by its own clock, in epoch milliseconds. */
  readonly sentAtMs?: number | undefined;
  /** `name/version` of the client. */
  readonly sdk?: string | undefined;
  /** What the body names as its write key. */
  readonly writeKey?: unknown;
  /** Events as sent. */
  readonly events: readonly unknown[];
  /** The answer to verdicts, one for each event in order. Holds nothing of the events but their ids. */
  readonly answer: (verdicts: readonly WireVerdict[]) => Reply;
}

/** One event in words that every protocol shares. Values are as sent: nothing of them has been checked. */
export interface SourceEvent {
  /** Why it is no event of the protocol, if so, in words that quote nothing. */
  readonly problem?: string | undefined;
  /** What tells it from others, in the form of an event id; undefined when it did not say. */
  readonly id: string | undefined;
  /** What a mapping file may call it, the most specific first. */
  readonly names: readonly string[];
  /** Its name by itself, for sources whose events are named like event types. */
  readonly type: unknown;
  /** Its data by itself, for the same. */
  readonly data: unknown;
  readonly occurredAt: unknown;
  readonly userId: unknown;
  readonly anonymousId: unknown;
  /** Version of the app that sent it. */
  readonly release: unknown;
  /** Of the program that the person used, where that is not the one that sends. */
  readonly userAgent: unknown;
}

/** An id as it was sent, as text; undefined for nothing. Numbers are common for user ids. */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

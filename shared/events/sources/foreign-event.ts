// Owns an event of another protocol from its arrival until it is translated, and the form in which it is kept when it is rejected.
import { uuidV5 } from '../../platform/uuid.ts';
import { isObject } from '../check.ts';
import { member } from '../release.ts';
import { idText } from './protocol.ts';
import { isProtocolName, type ProtocolName, SOURCE_PROTOCOLS } from './protocols.ts';

/** An event of another protocol. */
export interface ForeignEvent {
  readonly protocol: ProtocolName;
  /** The id of the event: what it says itself, or made when it came. */
  readonly id: string;
  /** What the request says about who sent it, for mappings to ask for. */
  readonly request?: RequestFacts | undefined;
  /** What the client sent. */
  readonly sent: unknown;
}

/** What a request says about who sent it: personal, as what is sent. */
export interface RequestFacts {
  readonly ip?: string | undefined;
  readonly user_agent?: string | undefined;
}

/** The namespace of ids that are made of the content of an event. */
const CONTENT_NAMESPACE = 'b1a2f6c8-7f0e-4c55-8a43-0d3a2f5d6e77';

/**
 * An event as it came. One without an id that says when it happened gets its id from its content, so that it is recognised when
 * it is sent again; two that say neither cannot be told from one that came twice, and losing one would be worse: `newId` names them.
 */
export function foreignEvent(
  protocol: ProtocolName,
  sent: unknown,
  { request, newId }: { readonly request: RequestFacts; readonly newId: () => string },
): ForeignEvent {
  const { id, occurredAt } = SOURCE_PROTOCOLS[protocol].describe(sent);
  if (id !== undefined) return { protocol, id, request, sent };
  return { protocol, id: (occurredAt === undefined ? undefined : contentId(sent)) ?? newId(), request, sent };
}

/** Undefined for what nests so deep that it has no text: nothing of it will be accepted. */
function contentId(sent: unknown): string | undefined {
  try {
    return uuidV5(CONTENT_NAMESPACE, JSON.stringify(sent));
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

/** Reads an event that was kept; undefined for any other value. */
export function readForeign(value: unknown): ForeignEvent | undefined {
  if (!isObject(value)) return undefined;
  const { protocol, id, request, sent } = value;
  if (!isProtocolName(protocol) || typeof id !== 'string' || !Object.hasOwn(value, 'sent')) return undefined;
  const facts = { ip: idText(member(request, 'ip')), user_agent: idText(member(request, 'user_agent')) };
  return { protocol, id, request: facts, sent };
}

/** What is kept of an event that is rejected: as it came, with what every original says in one place. */
export interface KeptForeign extends ForeignEvent {
  /** The event type that it names or is mapped to; undefined where it has no mapping. */
  readonly type?: unknown;
  readonly userId?: unknown;
  readonly anonymousId?: unknown;
  readonly consent?: { readonly [purpose: string]: boolean } | undefined;
  readonly context?: object | undefined;
}

// Owns the list of protocols beside the native one. Another one is a file of its own, and a line here.
import { CLOUDEVENTS } from './cloudevents.ts';
import type { SourceProtocol } from './protocol.ts';
import { SEGMENT } from './segment.ts';

export const SOURCE_PROTOCOLS = {
  segment: SEGMENT,
  cloudevents: CLOUDEVENTS,
} as const satisfies Record<string, SourceProtocol>;

export type ProtocolName = keyof typeof SOURCE_PROTOCOLS;

export const PROTOCOL_NAMES = Object.keys(SOURCE_PROTOCOLS) as readonly ProtocolName[];

/** Whether a text names a protocol. */
export function isProtocolName(text: unknown): text is ProtocolName {
  return typeof text === 'string' && Object.hasOwn(SOURCE_PROTOCOLS, text);
}

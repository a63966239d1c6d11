// Owns bringing every protocol of other clients to the door: its requests read, its events named, its answers in its own words.
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { foreignEvent, type RequestFacts } from '#shared/events/sources/foreign-event.ts';
import { type ProtocolName, PROTOCOL_NAMES, SOURCE_PROTOCOLS } from '#shared/events/sources/protocols.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { BatchRoute } from '../door/batch-routes.ts';
import { triesOut } from '../door/native-protocol.ts';
import type { Asked, Protocol } from '../door/protocol.ts';

/** Longest text of a request that a mapping may ask for, in characters. */
const MAX_FACT_LENGTH = 1024;

/** The routes of all protocols. `newId` names events that nothing else tells from others. */
export function sourceRoutes(newId: () => string): readonly BatchRoute[] {
  return PROTOCOL_NAMES.flatMap((name) => {
    const protocol = adapterOf(name, newId);
    return SOURCE_PROTOCOLS[name].routes.map(({ path, summary }) => ({
      path,
      protocol,
      summary,
      takes: z.unknown().describe(`A body of the protocol ${name}.`),
      answer: z.unknown().describe(`An answer of the protocol ${name}.`),
    }));
  });
}

/** The path whose door takes a request that its headers give to another protocol than its path does. */
export function claimedPath({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const name = PROTOCOL_NAMES.find((one) => SOURCE_PROTOCOLS[one].claims?.(headers));
  return name === undefined ? undefined : SOURCE_PROTOCOLS[name].routes[0]?.path;
}

function adapterOf(name: ProtocolName, newId: () => string): Protocol {
  const protocol = SOURCE_PROTOCOLS[name];
  return {
    read(body, asked) {
      const { url = '', headers } = asked.request;
      const found = protocol.read(body, { path: url.split('?', 1)[0] ?? '', headers });
      if (found instanceof PlatformError) return found;
      const { sentAtMs, sdk, writeKey, events, answer } = found;
      const request = factsOf(asked);
      const foreign = events.map((sent) => foreignEvent(name, sent, { request, newId }));
      return {
        batch: { protocol: name, sentAtMs, sdk, events: foreign },
        writeKey,
        mode: triesOut(asked.query) ? 'try' : 'collect',
        answer,
      };
    },
    refuse: (refusal) => protocol.refuse(refusal),
  };
}

/** Who sent a request. Each proxy adds the address that it was asked from at the end, so the last is the one nobody made up. */
function factsOf({ request: { headers, socket } }: Asked): RequestFacts {
  const forwarded = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  const ip = (forwarded === '' ? undefined : forwarded) ?? socket.remoteAddress;
  return {
    ip: ip?.replace(/^::ffff:/, '').slice(0, MAX_FACT_LENGTH),
    user_agent: headers['user-agent']?.slice(0, MAX_FACT_LENGTH),
  };
}

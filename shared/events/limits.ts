// Owns every bound on what a client may send; each is enforced once, and the documentation and error texts quote it from here.

/** Events of one request; Segment's clients send up to 2,500. https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ */
export const MAX_EVENTS_PER_BATCH = 2500;

/** Bytes of a request on the wire, before inflating. Segment takes 500 kB; ours lets native batches be larger. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Bytes of a request, inflated or not, that shows no write key ahead of its body: as large as Segment's batches may be, 500 kB. */
export const MAX_UNKEYED_BODY_BYTES = 512 * 1024;

/** Bytes of a request after inflating: what one request may cost in memory, several times over while it is parsed. */
export const MAX_INFLATED_BYTES = 8 * 1024 * 1024;

/** Inflated bytes per byte on the wire: JSON of events seldom passes 30, a bomb of zeros reaches 1,000. */
export const MAX_INFLATE_RATIO = 100;

/** Values of a request: what opens an object or list, or follows a comma. A hundred in each event of the largest batch. */
export const MAX_BODY_VALUES = 250_000;

/** A body up to this is not counted, which would cost as much as checking it: each four bytes of it are taken for a value. */
export const UNCOUNTED_BODY_BYTES = 32 * 1024;

/** Memory that one value takes at most once it is parsed, in bytes: an empty object with its place in a list (V8 of Node 24). */
export const PARSED_VALUE_BYTES = 64;

/** How long a body may take to arrive, in milliseconds. */
export const BODY_TIMEOUT_MS = 30_000;

/** Bytes of one event as JSON; Segment takes 32 kB, Pub/Sub messages of 10 MB. */
export const MAX_EVENT_BYTES = 64 * 1024;

/** Characters (UTF-16 units) of the id of an event. */
export const MAX_EVENT_ID_LENGTH = 100;

/** Characters of the name of an event type: a domain of 30, a dot, a name of 80 and its version. */
export const MAX_TYPE_LENGTH = 120;

/** Characters (UTF-16 units) of a user id or anonymous id. */
export const MAX_SUBJECT_ID_LENGTH = 256;

/**
 * Events a second of one subject over one write key, in the long run, on each instance of collect, where the key says nothing else:
 * more than anybody does, less than one broken client needs to be in everybody's way.
 */
export const SUBJECT_EVENTS_PER_SECOND = 1000;

/** Purposes that the consent of one event may name. */
export const MAX_CONSENT_ENTRIES = 64;

/** Objects and lists that an event may nest in each other, its envelope included: whatever walks a value recurses. */
export const MAX_DEPTH = 32;

/** How far `occurredAt` of an import may lie in the future, in milliseconds: clocks of servers differ. */
export const MAX_IMPORT_FUTURE_MS = 5 * 60_000;

// Owns the list of endpoints as it is sent: the line of each is made once and kept until what it tells of changes, because many
// people ask for all of them every few seconds.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip, type ZlibOptions } from 'node:zlib';
import { endpointsOf } from '#shared/catalog/catalog.ts';
import type { Endpoint } from '#shared/catalog/endpoint.ts';
import { lateFrom, nextOfCalendar, upstreamOf } from '#shared/metadata/next-change.ts';
import type { EndpointId } from '#shared/platform/ids.ts';
import { parseTimestamp } from '#shared/platform/timestamp.ts';
import { type LiveMoment, momentOf } from '../driving/moment.ts';
import type { Parts } from '../parts.ts';
import type { Applied } from '../state/applied-catalog.ts';
import { showEndpoint } from './show-endpoint.ts';

/** The list as JSON, and what tells it from any other list. */
export interface EndpointLines {
  readonly body: Buffer;
  /** The same compressed, once somebody has asked for it: it is less than a tenth. */
  readonly packed: () => Promise<Buffer>;
  /** A weak entity tag. */
  readonly tag: string;
}

const gzipped = promisify<Buffer, ZlibOptions, Buffer>(gzip);

/** What does not change while a catalog is in force. */
interface Listed {
  readonly endpoint: Endpoint;
  readonly upstream: readonly Endpoint[];
}

interface Line {
  /** What was stored when it was made. */
  readonly revision: number;
  /** From when on it has to be made again whatever is stored. */
  readonly untilMs: number;
  readonly json: string;
}

type KnownLines = Map<EndpointId, Line>;

/** Answers the list of this moment. @throws PlatformError catalog_missing */
export function endpointLines(parts: Pick<Parts, 'applied' | 'partitions' | 'time'>): () => EndpointLines {
  let known: { readonly applied: Applied; readonly listed: readonly Listed[]; readonly lines: KnownLines } | undefined;
  let sent: EndpointLines | undefined;
  return () => {
    const applied = parts.applied.require();
    const moment = momentOf(parts);
    if (known?.applied !== applied) {
      known = { applied, listed: listOf(applied), lines: new Map() };
      sent = undefined;
    }
    const made = refresh(moment, known.listed, known.lines);
    if (sent === undefined || made > 0) sent = linesOf(known.listed, known.lines);
    return sent;
  };
}

function listOf({ catalog }: Applied): readonly Listed[] {
  return endpointsOf(catalog).map((endpoint) => ({ endpoint, upstream: upstreamOf(catalog, endpoint) }));
}

/** How many lines had to be made. */
function refresh(moment: LiveMoment, listed: readonly Listed[], lines: KnownLines): number {
  const next = nextOfCalendars(moment);
  let made = 0;
  for (const one of listed) {
    const revision = revisionOf(moment, one);
    const before = lines.get(one.endpoint.id);
    if (before !== undefined && before.revision === revision && moment.nowMs < before.untilMs) continue;
    lines.set(one.endpoint.id, lineOf(moment, one, revision, next));
    made += 1;
  }
  return made;
}

/** Grows whenever a partition of the endpoint changes, or there is one more that it could be made of: their states say nothing here. */
function revisionOf({ view }: LiveMoment, { endpoint, upstream }: Listed): number {
  return upstream.reduce((sum, { id }) => sum + view.keys(id).length, view.revision(endpoint.id));
}

type NextOf = (endpoint: Endpoint) => number;

/** An endpoint is asked for by everything that is made of it. */
function nextOfCalendars(moment: LiveMoment): NextOf {
  const known = new Map<EndpointId, number>();
  return (endpoint) => {
    const nextMs = known.get(endpoint.id) ?? nextOfCalendar(endpoint, moment);
    known.set(endpoint.id, nextMs);
    return nextMs;
  };
}

function lineOf(moment: LiveMoment, { endpoint, upstream }: Listed, revision: number, next: NextOf): Line {
  const shown = showEndpoint(moment, endpoint);
  const promisedMs = parseTimestamp(shown.freshness.missing?.promisedAt ?? '');
  const untilMs = Math.min(lateFrom(promisedMs, moment.nowMs), next(endpoint), ...upstream.map(next));
  return { revision, untilMs, json: JSON.stringify(shown) };
}

function linesOf(listed: readonly Listed[], lines: KnownLines): EndpointLines {
  const all = listed.map(({ endpoint }) => lines.get(endpoint.id)?.json);
  const body = Buffer.from(`{"endpoints":[${all.join(',')}]}`);
  let packed: Promise<Buffer> | undefined;
  return {
    body,
    packed: () => (packed ??= gzipped(body, { level: 1 })),
    tag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
}

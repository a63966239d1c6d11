// Owns the shape of facts: what is recorded of everything that the platform does, in one table that views make sense of.
import type { Column } from '../column.ts';
import { platformColumn as column } from './platform-column.ts';

/** A view of one kind of fact. */
interface FactView {
  /** Its name in the dataset `platform`. */
  readonly view: string;
  readonly description: string;
  /** Columns that it makes of members of the body: name, then JSONPath and type. JSON as it is has no type. */
  readonly columns: Readonly<Record<string, readonly [path: string, type?: 'STRING' | 'INT64' | 'BOOL' | 'TIMESTAMP']>>;
  /** A list in the body of which every item becomes a row; paths then begin at the item. */
  readonly each?: string;
}

/** The kinds of fact, and the view that shows each. */
export const FACT_VIEWS = {
  'partition.published': {
    view: 'partitions',
    description: 'Every generation of a partition that was published.',
    columns: {
      row_count: ['$.rows', 'INT64'],
      late: ['$.late', 'INT64'],
      future: ['$.future', 'INT64'],
      reason: ['$.reason', 'STRING'],
      incomplete: ['$.incomplete', 'BOOL'],
      claimed_at: ['$.claimedAt', 'TIMESTAMP'],
      code_digest: ['$.codeDigest', 'STRING'],
    },
  },
  'run.ended': {
    view: 'runs',
    description: 'Every run and how it ended.',
    columns: {
      outcome: ['$.outcome', 'STRING'],
      reason: ['$.reason', 'STRING'],
      started_at: ['$.startedAt', 'TIMESTAMP'],
      row_count: ['$.rows', 'INT64'],
      code: ['$.code', 'STRING'],
      message: ['$.message', 'STRING'],
    },
  },
  'audit.counted': {
    view: 'audits',
    description: 'What the audits of staged partitions counted.',
    columns: { row_count: ['$.rows', 'INT64'], outside_partition: ['$.outside', 'INT64'], checks: ['$.checks'] },
  },
  'lineage.edge': {
    view: 'lineage',
    description: 'Which generation of which partition was made of which others: a row for each of those.',
    each: '$.inputs',
    columns: {
      input_endpoint: ['$.endpoint', 'STRING'],
      input_partition_key: ['$.key', 'STRING'],
      input_generation: ['$.generation', 'INT64'],
    },
  },
  'erasure.step': {
    view: 'erasures',
    description: 'Every step of every erasure.',
    columns: { erasure: ['$.erasure', 'STRING'], state: ['$.state', 'STRING'], basis: ['$.basis', 'STRING'] },
  },
  'write-key.changed': {
    view: 'write_keys',
    description: 'Every write key that was made, rotated, changed or revoked, and by whom; never a secret.',
    columns: {
      name: ['$.name', 'STRING'],
      id: ['$.id', 'STRING'],
      change: ['$.change', 'STRING'],
      changed_by: ['$.by', 'STRING'],
      revoked_at: ['$.revokedAt', 'TIMESTAMP'],
    },
  },
  'events.replayed': {
    view: 'replays',
    description: 'Failed events that were sent again after a fix: a row for each, and what became of it.',
    each: '$.events',
    columns: {
      failed_id: ['$.id', 'STRING'],
      status: ['$.status', 'STRING'],
      code: ['$.code', 'STRING'],
    },
  },
  'books.counted': {
    view: 'books',
    description:
      'What became of the events of each type and hour: received = accepted + duplicate + rejected + returned.',
    columns: {
      event_type: ['$.eventType', 'STRING'],
      received: ['$.received', 'INT64'],
      accepted: ['$.accepted', 'INT64'],
      duplicate: ['$.duplicate', 'INT64'],
      rejected: ['$.rejected', 'INT64'],
      returned: ['$.returned', 'INT64'],
      kept: ['$.kept', 'INT64'],
    },
  },
  'books.reconciled': {
    view: 'reconciliations',
    description:
      'Each partition followed from the collectors over the raw table to the endpoint, and what does not add up.',
    columns: {
      balanced: ['$.balanced', 'BOOL'],
      acknowledged: ['$.acknowledged', 'INT64'],
      landed: ['$.landed', 'INT64'],
      dead: ['$.dead', 'INT64'],
      events: ['$.events', 'INT64'],
      missing: ['$.missing', 'INT64'],
      kept: ['$.kept', 'INT64'],
      failed: ['$.failed', 'INT64'],
      gaps: ['$.gaps'],
    },
  },
  'heartbeat.measured': {
    view: 'heartbeats',
    description: 'One event a minute, sent by the platform itself: how long it took to land, and whether it did.',
    columns: {
      beat: ['$.beat', 'TIMESTAMP'],
      outcome: ['$.outcome', 'STRING'],
      acknowledged_ms: ['$.acknowledgedMs', 'INT64'],
      landed_ms: ['$.landedMs', 'INT64'],
    },
  },
  'access.recorded': {
    view: 'accesses',
    description: 'Every opening of sealed values: by whom, for what, how many.',
    columns: {},
  },
} as const satisfies Readonly<Record<string, FactView>>;

/** A kind of fact. */
export type FactKind = keyof typeof FACT_VIEWS;

/** The columns of `platform.facts`, which a subscription writes from JSON messages of the same fields. */
export const FACT_COLUMNS: readonly Column[] = [
  column('fact_id', 'STRING', 'Follows from what happened, so that a fact told twice is recognised.'),
  column('kind', 'STRING', 'What happened.'),
  column('at', 'TIMESTAMP', 'When it happened.'),
  column('endpoint', 'STRING', 'The endpoint it is about.'),
  column('partition_key', 'STRING', 'The partition it is about.'),
  column('generation', 'INT64', 'The generation of the partition.'),
  column('run', 'STRING', 'The run in which it happened.'),
  column('body', 'JSON', 'Everything else, by kind; never anything of a person.'),
];

/** A reserved word of GoogleSQL, so it must be quoted; the views give it a name that need not be. */
const HAPPENED = '`at`';

/** The query of the view of one kind: each fact once, though it may have been told more often. */
export function factViewQuery(kind: FactKind): string {
  const { columns, each }: FactView = FACT_VIEWS[kind];
  const common = ['fact_id', `${HAPPENED} AS happened_at`, 'endpoint', 'partition_key', 'generation', 'run'];
  const own = Object.entries(columns).map(([name, [path, type]]) => {
    const source = each === undefined ? 'body' : 'item';
    return `${member(source, path, type)} AS ${name}`;
  });
  return [
    `SELECT\n  ${[...common, ...own, 'body'].join(',\n  ')}`,
    'FROM (',
    '  SELECT *',
    '  FROM `platform.facts`',
    `  WHERE kind = '${kind}'`,
    `  QUALIFY ROW_NUMBER() OVER (PARTITION BY fact_id ORDER BY ${HAPPENED}) = 1`,
    ')',
    ...(each === undefined ? [] : [`CROSS JOIN UNNEST(JSON_QUERY_ARRAY(body, '${each}')) AS item`]),
    '',
  ].join('\n');
}

/** What a body does not have, or has in another form, is NULL: bodies grow, and old facts stay. */
function member(source: string, path: string, type: string | undefined): string {
  if (type === undefined) return `JSON_QUERY(${source}, '${path}')`;
  const text = `JSON_VALUE(${source}, '${path}')`;
  return type === 'STRING' ? text : `SAFE_CAST(${text} AS ${type})`;
}

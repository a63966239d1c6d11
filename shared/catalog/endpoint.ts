// Owns the compiled endpoint: a table with a contract, whatever makes it.
import type { DurationText } from '../platform/duration.ts';
import type { EndpointId, EventTypeId, PoolId, PurposeId, TeamId } from '../platform/ids.ts';
import type { InputWindow } from '../pipelines/input-window.ts';
import type { Grain } from '../pipelines/partition-key.ts';
import type { Schedule } from '../pipelines/schedule.ts';
import type { Column } from './column.ts';

/** What every endpoint has. */
interface EndpointContract {
  readonly id: EndpointId;
  readonly description: string;
  readonly owner: TeamId;
  /** Why what it holds is held: its own purpose, or those of its inputs. */
  readonly purposes: readonly PurposeId[];
  readonly grain: Grain;
  /** The column that says which partition a row is in; none for the grain `all`. */
  readonly partitionColumn?: string | undefined;
  readonly retention: DurationText;
  readonly columns: readonly Column[];
  /** Who may read it, as IAM writes members. */
  readonly readers: readonly string[];
  /** What is declared about privacy beyond the columns; most endpoints say nothing. */
  readonly privacy?: EndpointPrivacy | undefined;
}

/** Who outside gets the rows of an endpoint. */
export interface Recipient {
  readonly description: string;
  readonly contact: string;
  readonly country?: string | undefined;
  readonly safeguard?: string | undefined;
}

/** What an endpoint declares about privacy. */
export interface EndpointPrivacy {
  readonly recipients: { readonly [name: string]: Recipient };
  /** Why erasures leave it as it is. */
  readonly exempt?: string | undefined;
  /** Each row stands for at least `k` people, whom the column `people` counts. */
  readonly anonymous?: { readonly k: number; readonly people: string } | undefined;
}

/** The closed partitions of an event type. Its calendar starts with the partition in which the type was first applied. */
export interface EventEndpoint extends EndpointContract {
  readonly kind: 'event';
  readonly eventType: EventTypeId;
}

/** One endpoint that a pipeline reads. */
export interface EndpointInput {
  readonly endpoint: EndpointId;
  readonly window: InputWindow;
  /** Of `latest`: the oldest partition that still serves. */
  readonly maxAge?: DurationText | undefined;
  /** How many of the partitions must be there: all of them, any one, or so many. */
  readonly require: 'all' | 'any' | { readonly min: number };
}

/** Where the values of a column come from. */
export interface ColumnLineage {
  /** Column of this endpoint. */
  readonly column: string;
  /** Columns whose values flow into it, and what becomes of them. */
  readonly from: readonly ColumnSource[];
}

/** One column that flows into, or influences, another. */
export interface ColumnSource {
  readonly endpoint: EndpointId;
  readonly column: string;
  /** The field below the column that it is about, `os.name`; none when it is about the whole. */
  readonly field?: string | undefined;
  /**
   * `influence`: it decides which values there are, by filter, join, group or condition, and is not in them. `opened`: what
   * was sealed in it is there in clear. Of the values of many rows: `aggregated` shows some as they are (MAX, ARRAY_AGG), `combined`
   * shows one only where it is alone (SUM, AVG), `counted` shows none (COUNT).
   */
  readonly flow: 'identity' | 'transformed' | 'aggregated' | 'combined' | 'counted' | 'masked' | 'opened' | 'influence';
}

/** When the people who wait for an endpoint expect it. */
export interface ServiceLevel {
  /** Time of day, `06:00`. */
  readonly deadline: string;
  /** IANA time zone of the deadline. */
  readonly timezone: string;
  /** Share of partitions that must keep it. */
  readonly objective: number;
}

/** One thing that the audit of a staged partition counts; none of it may be there. */
export interface AuditCheck {
  /** `column:plays:range`, `table:unique`, or `check:<name>` of checks.sql. */
  readonly name: string;
  readonly severity: 'warn' | 'fail';
  /** A scalar SQL expression over the staged rows that counts what is wrong. */
  readonly countSql: string;
}

/** An endpoint made by a SQL query, one partition at a time. */
export interface SqlEndpoint extends EndpointContract {
  readonly kind: 'sql';
  /** The first day that there is a partition for. */
  readonly start: string;
  readonly schedule?: Schedule | undefined;
  readonly offset: DurationText;
  readonly lookback: number;
  readonly onRestate: 'auto' | 'warn' | 'ignore';
  readonly pool: PoolId;
  readonly inputs: readonly EndpointInput[];
  /** BigQuery SQL with the parameters @partition_start and @partition_end. */
  readonly query: string;
  readonly lineage: readonly ColumnLineage[];
  readonly checks: readonly AuditCheck[];
  readonly slo?: ServiceLevel | undefined;
  readonly maxBytesBilled?: number | undefined;
}

/** An endpoint of any kind that is made here; `dataflow` and `external` ones will join. */
export type Endpoint = EventEndpoint | SqlEndpoint;

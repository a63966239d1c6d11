// Generated from shared/metadata/api by `node scripts/generate-console-types.ts`; a test fails when this file is stale.

export type PartitionState =
  | 'expected'
  | 'waiting'
  | 'running'
  | 'committing'
  | 'published'
  | 'stale'
  | 'failed'
  | 'skipped';

export interface Partition {
  readonly key: string;
  readonly state: PartitionState;
  readonly generation: number;
  readonly rows: number;
  readonly publishedAt?: string;
  readonly run?: string;
  readonly claimedAt?: string;
  readonly failure?: {
    readonly code: string;
    readonly at: string;
    readonly retryAt?: string;
  };
}

export interface NewestPartitions {
  readonly endpoints: readonly {
    readonly id: string;
    readonly total: number;
    readonly partitions: readonly Partition[];
  }[];
}

export interface InputPin {
  readonly endpoint: string;
  readonly key: string;
  readonly generation: number;
}

export interface MissingInput {
  readonly endpoint: string;
  readonly key?: string;
  readonly state: PartitionState | 'absent';
}

export interface OnePartition {
  readonly key: string;
  readonly state: PartitionState;
  readonly generation: number;
  readonly rows: number;
  readonly publishedAt?: string;
  readonly run?: string;
  readonly claimedAt?: string;
  readonly failure?: {
    readonly code: string;
    readonly message?: string;
    readonly at: string;
    readonly retryAt?: string;
  };
  readonly inputs: readonly InputPin[];
  readonly missing?: readonly MissingInput[];
  readonly codeDigest?: string;
  readonly claim?: {
    readonly run: string;
    readonly reason: 'due' | 'stale' | 'import' | 'manual' | 'retry' | 'erasure';
    readonly claimedAt: string;
    readonly inputs: readonly InputPin[];
  };
  readonly commit?: {
    readonly generation: number;
    readonly jobId: string;
  };
}

export type FreshnessState = 'empty' | 'current' | 'due' | 'late';

export interface Freshness {
  readonly state: FreshnessState;
  readonly latest?: string;
  readonly upTo?: string;
  readonly publishedAt?: string;
  readonly missing?: {
    readonly key: string;
    readonly promisedAt?: string;
  };
}

export interface Within {
  readonly kind: 'within';
  readonly duration: string;
}

export interface Deadline {
  readonly kind: 'deadline';
  readonly deadline: string;
  readonly timezone: string;
  readonly objective: number;
}

export type Promised = Within | Deadline;

export interface Endpoint {
  readonly id: string;
  readonly kind: 'event' | 'sql';
  readonly description: string;
  readonly owner: string;
  readonly grain: 'hour' | 'day' | 'week' | 'month' | 'all';
  readonly retention: string;
  readonly eventType?: string;
  readonly inputs: readonly string[];
  readonly promise?: Promised;
  readonly freshness: Freshness;
  readonly partitions: {
    readonly states: Readonly<Partial<Record<PartitionState, number>>>;
    readonly rows: number;
    readonly latest?: string;
  };
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  readonly semantic?: string;
  readonly class?: string;
  readonly privacy?: string;
}

export interface Contract {
  readonly id: string;
  readonly kind: 'event' | 'sql';
  readonly description: string;
  readonly owner: string;
  readonly grain: 'hour' | 'day' | 'week' | 'month' | 'all';
  readonly retention: string;
  readonly eventType?: string;
  readonly promise?: Promised;
  readonly freshness: Freshness;
  readonly partitions: {
    readonly states: Readonly<Partial<Record<PartitionState, number>>>;
    readonly rows: number;
    readonly latest?: string;
  };
  readonly readers: readonly string[];
  readonly query?: string;
  readonly about: {
    readonly contact: string;
    readonly purposes: readonly {
      readonly id: string;
      readonly description: string;
      readonly legalBasis: string;
    }[];
    readonly schema: readonly Column[];
    readonly inputs: readonly string[];
    readonly consumers: readonly string[];
    readonly checks: readonly {
      readonly name: string;
      readonly severity: 'warn' | 'fail';
    }[];
  };
}

export interface Run {
  readonly endpoint: string;
  readonly key: string;
  readonly run?: string;
  readonly state: PartitionState;
  readonly generation: number;
  readonly rows: number;
  readonly at: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly reason?: 'due' | 'stale' | 'import' | 'manual' | 'retry' | 'erasure';
  readonly outcome?: 'published' | 'nothing' | 'waiting' | 'failed';
  readonly code?: string;
  readonly message?: string;
}

export type ErasureState =
  | 'received'
  | 'verified'
  | 'scoped'
  | 'held'
  | 'restricted'
  | 'exported'
  | 'frozen'
  | 'shredded'
  | 'waited'
  | 'rows-cleaned'
  | 'recipients-told'
  | 'proved'
  | 'certified'
  | 'hardened';

export interface Erasure {
  readonly id: string;
  readonly state: ErasureState;
  readonly meaning: string;
  readonly receivedAt: string;
  readonly dueAt: string;
  readonly certifiedAt?: string;
}

export interface OtherVerdicts {
  readonly duplicate: number;
  readonly rejected: number;
}

export interface Counts {
  readonly at: string;
  readonly since?: string;
  readonly events: {
    readonly hour: string;
    readonly total: number;
    readonly types: Readonly<Record<string, number>>;
    readonly verdicts: Readonly<Record<string, OtherVerdicts>>;
  };
  readonly partitions: Readonly<Partial<Record<PartitionState, number>>>;
  readonly rows: number;
}

export interface Caller {
  readonly email: string;
  readonly roles: readonly ('analyst' | 'team' | 'compliance' | 'admin' | 'service')[];
  readonly project: string;
  readonly region: string;
}

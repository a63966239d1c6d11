// Owns everything that the page shows at one moment.
import type { Caller, Contract, Counts, Endpoint, Erasure, NewestPartitions, OnePartition, Run } from '../api/types.ts';
import type { Failure } from './failure.ts';
import type { Sample } from './rates.ts';
import type { PageRoute } from './route.ts';

/** The newest partitions of one endpoint. */
export type EndpointPartitions = NewestPartitions['endpoints'][number];

/** How asking goes. */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live'; readonly atMs: number }
  | { readonly kind: 'paused' }
  | {
      readonly kind: 'failing';
      readonly failure: Failure;
      readonly retryMs: number;
      readonly lastMs: number | undefined;
    };

export type Theme = 'system' | 'light' | 'dark';

/** A cell that is pointed at, and where it is on the screen. */
export interface Pointed {
  readonly endpoint: string;
  readonly key: string;
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

/** A partition by itself. */
export interface ChosenPartition {
  readonly endpoint: string;
  readonly partition: OnePartition;
}

export interface PageState {
  /** By the clock of the platform, in epoch milliseconds. */
  readonly nowMs: number;
  readonly route: PageRoute;
  readonly connection: Connection;
  readonly theme: Theme;
  readonly caller: Caller | undefined;
  /** None while they are not loaded. */
  readonly endpoints: readonly Endpoint[] | undefined;
  readonly partitions: ReadonlyMap<string, EndpointPartitions>;
  readonly runs: readonly Run[] | undefined;
  readonly erasures: readonly Erasure[] | undefined;
  readonly counts: Counts | undefined;
  readonly samples: readonly Sample[];
  /** Of the endpoint that is open. */
  readonly contract: Contract | undefined;
  readonly contractFailure: Failure | undefined;
  /** More than the newest partitions, of the endpoint that is open. */
  readonly history: EndpointPartitions | undefined;
  /** More of the partition that is looked at, and whose it is. */
  readonly chosen: ChosenPartition | undefined;
  /** How many partitions of the endpoint that is open are asked for. */
  readonly historyLength: number;
  readonly filter: string;
  /** How many endpoints are listed. */
  readonly listed: number;
  readonly pointed: Pointed | undefined;
}

/** A month of hours. */
export const FIRST_HISTORY = 744;
/** Endpoints of a list that is read at a glance; as many more each time one asks. */
export const LISTED_AT_FIRST = 50;

export const FIRST_STATE: PageState = {
  nowMs: 0,
  route: { endpoint: undefined, partition: undefined },
  connection: { kind: 'connecting' },
  theme: 'system',
  caller: undefined,
  endpoints: undefined,
  partitions: new Map(),
  runs: undefined,
  erasures: undefined,
  counts: undefined,
  samples: [],
  contract: undefined,
  contractFailure: undefined,
  history: undefined,
  chosen: undefined,
  historyLength: FIRST_HISTORY,
  filter: '',
  listed: LISTED_AT_FIRST,
  pointed: undefined,
};

/** The endpoints that the filter leaves, by any word of their id, kind, owner or grain. */
export function filtered({ endpoints = [], filter }: Pick<PageState, 'endpoints' | 'filter'>): readonly Endpoint[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return endpoints.filter(({ id, kind, owner, grain }) => {
    const text = `${id} ${kind} ${owner} ${grain}`;
    return words.every((word) => text.includes(word));
  });
}

/** Those of them that are listed. */
export function listedEndpoints(state: Pick<PageState, 'endpoints' | 'filter' | 'listed'>): readonly Endpoint[] {
  return filtered(state).slice(0, state.listed);
}

// Owns what is asked of metadata and how often: counts often, lists less so, contracts once they are opened.
import type { Failure } from '../model/failure.ts';
import { addSample } from '../model/rates.ts';
import { type EndpointPartitions, listedEndpoints } from '../model/state.ts';
import { metadata } from './client.ts';
import { type Poll, startPoll } from './poll.ts';
import type { Store } from './store.ts';

const COUNTS_EVERY_MS = 2000;
const LISTS_EVERY_MS = 4000;
/** Partitions of each row of the list: two days of hours. */
const NEWEST = 48;
const RUNS = 20;
const ERASURES = 8;
/** The most that one question may be about. */
const ENDPOINTS_AT_ONCE = 100;
/** A clock that differs by less is not worth correcting. */
const SKEW_MS = 2000;

export interface Feed {
  /** The platform's now. */
  now(): number;
  /** Another endpoint was opened, more of it is wanted, or somebody does not want to wait. */
  ask(): void;
}

export function startFeed(store: Store): Feed {
  let skewMs = 0;
  let lastMs: number | undefined;
  const now = (): number => Date.now() + skewMs;

  const counts = async (): Promise<Failure | undefined> => {
    const answer = await metadata.counts();
    if (answer.kind === 'failed') return answer.failure;
    const measured = Date.parse(answer.value.at) - Date.now();
    if (Math.abs(measured - skewMs) > SKEW_MS) skewMs = measured;
    store.set({ counts: answer.value, samples: addSample(store.state.samples, answer.value) });
    return undefined;
  };

  const told = (failure: Failure | undefined, waitMs: number): void => {
    if (failure === undefined) lastMs = now();
    const retryMs = now() + waitMs;
    store.set({
      nowMs: now(),
      connection: failure === undefined ? { kind: 'live', atMs: now() } : { kind: 'failing', failure, retryMs, lastMs },
    });
  };

  const polls: readonly Poll[] = [
    startPoll({ everyMs: COUNTS_EVERY_MS, round: counts, done: told }),
    startPoll({ everyMs: LISTS_EVERY_MS, round: () => lists(store), done: (failure) => failure && told(failure, 0) }),
  ];
  return {
    now,
    ask() {
      for (const poll of polls) poll.now();
    },
  };
}

async function lists(store: Store): Promise<Failure | undefined> {
  const [endpoints, runs, erasures] = await Promise.all([
    metadata.endpoints(),
    metadata.runs(RUNS),
    metadata.erasures(ERASURES),
    caller(store),
  ]);
  if (endpoints.kind === 'failed') return endpoints.failure;
  if (runs.kind === 'failed') return runs.failure;
  if (erasures.kind === 'failed') return erasures.failure;
  store.set({ endpoints: endpoints.value.endpoints, runs: runs.value.runs, erasures: erasures.value.erasures });
  const [newest] = await Promise.all([partitions(store), opened(store)]);
  return newest;
}

async function caller(store: Store): Promise<void> {
  if (store.state.caller !== undefined) return;
  const answer = await metadata.caller();
  if (answer.kind === 'answered') store.set({ caller: answer.value });
}

async function partitions(store: Store): Promise<Failure | undefined> {
  const ids = listedEndpoints(store.state).map(({ id }) => id);
  const found = new Map<string, EndpointPartitions>();
  for (let from = 0; from < ids.length; from += ENDPOINTS_AT_ONCE) {
    const answer = await metadata.newest(ids.slice(from, from + ENDPOINTS_AT_ONCE), NEWEST);
    if (answer.kind === 'failed') return answer.failure;
    for (const one of answer.value.endpoints) found.set(one.id, one);
  }
  store.set({ partitions: found });
  return undefined;
}

/** The endpoint that is open: its partitions each time, its contract until it is there. */
async function opened(store: Store): Promise<void> {
  const id = store.state.route.endpoint;
  if (id === undefined || !store.state.endpoints?.some((endpoint) => endpoint.id === id)) return;
  const isNew = store.state.contract?.id !== id;
  const [history, contract] = await Promise.all([
    metadata.newest([id], store.state.historyLength),
    isNew ? metadata.contract(id) : undefined,
    chosen(store),
  ]);
  if (store.state.route.endpoint !== id) return;
  if (history.kind === 'answered') store.set({ history: history.value.endpoints[0] });
  if (contract?.kind === 'answered') store.set({ contract: contract.value, contractFailure: undefined });
  if (contract?.kind === 'failed') store.set({ contractFailure: contract.failure });
}

/** The partition that is looked at: it may be older than those that are shown. */
async function chosen(store: Store): Promise<void> {
  const { endpoint, partition } = store.state.route;
  if (endpoint === undefined || partition === undefined) return;
  const answer = await metadata.partition(endpoint, partition);
  if (answer.kind === 'answered') store.set({ chosen: { endpoint, partition: answer.value } });
}

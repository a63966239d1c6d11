/** What keys cost: sealing with a warm one, a cold user, a million keyrings made and moved to another epoch; and a sample of it in Cloud Storage. */
import { eventIdOf } from '#shared/privacy/keys/derivations.ts';
import { EpochKeys, openEpoch } from '#shared/privacy/keys/epoch-keys.ts';
import { rewrapKeyring } from '#shared/privacy/keys/keyring-rewrap.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { newWorld, userRequest, type World } from '#test/shared/privacy/world.ts';
import type { Benchmark, Opened } from './benchmark.ts';
import { openCloudPart } from './privacy-cloud.ts';

/** Five rounds make a million. */
const KEYRINGS_A_ROUND = 200_000;
const WARM_USERS = 1000;
const COLD_USERS = 10_000;
const AT_ONCE = 64;
const FIELDS = { email: 'somebody.or.other@example.com', place: '59.3293,18.0686' };

export const benchmark: Benchmark = {
  says: 'keys in the memory store behind the interface of Cloud Storage, by processor time of one core; and 2 % of it in the local Cloud Storage, by the clock',
  measurements: [
    { name: 'seal and token, warm', unit: 'us/event', better: 'less', goal: 14, open: ({ roundMs }) => warm(roundMs) },
    { name: 'KMS calls of 10,000 cold users', unit: 'calls', better: 'less', goal: 0, open: cold },
    { name: 'keyrings made', unit: 'keyrings/s', better: 'more', goal: 2000, open: made },
    { name: 'keyrings moved to another epoch', unit: 'keyrings/s', better: 'more', goal: 20_000, open: moved },
    { name: 'made in Cloud Storage', unit: 'keyrings/s', better: 'more', open: () => openCloudPart('make') },
    { name: 'moved in Cloud Storage', unit: 'keyrings/s', better: 'more', open: () => openCloudPart('move') },
  ],
};

/** One event: the keys lent, two fields sealed as one blob, the token at hand, the event id derived. */
async function warm(roundMs: number): Promise<Opened> {
  const world = await newWorld();
  const keyrings = world.process();
  const requests = Array.from({ length: WARM_USERS }, (_, index) => userRequest(`user-${index}`));
  const event = async (index: number): Promise<number> => {
    const request = requests[index % WARM_USERS] ?? userRequest('nobody');
    const used = await keyrings.use(request, ({ keys }) => {
      const id = eventIdOf(keys.link, 'listening.TrackPlayed', `event-${index}`);
      return sealFields(keys, FIELDS).length + keys.token.length + id.length;
    });
    if (used.kind !== 'used') throw new Error(used.kind);
    return used.result;
  };
  for (let index = 0; index < WARM_USERS * 5; index += 1) await event(index);
  return {
    async measure() {
      await keyrings.refresh();
      const begin = process.cpuUsage();
      const untilMs = performance.now() + roundMs;
      let events = 0;
      while (performance.now() < untilMs) for (let index = 0; index < 1000; index += 1) await event((events += 1));
      const { user, system } = process.cpuUsage(begin);
      return { value: (user + system) / events, detail: { events } };
    },
    close: async () => keyrings.close(),
  };
}

async function cold(): Promise<Opened> {
  const world = await newWorld();
  return {
    async measure(round) {
      const keyrings = world.process();
      await make(keyrings, round * COLD_USERS, COLD_USERS / 2);
      keyrings.close();
      const before = world.wrapper.calls.wrap + world.wrapper.calls.unwrap;
      const fresh = world.process();
      // Half of them exist and have to be loaded, half are new.
      await make(fresh, round * COLD_USERS, COLD_USERS);
      fresh.close();
      return { value: world.wrapper.calls.wrap + world.wrapper.calls.unwrap - before };
    },
    close: async () => undefined,
  };
}

let shared: Promise<World> | undefined;
let count = 0;

/** The world of the million: what one measurement makes the next one moves. */
function million(): Promise<World> {
  shared ??= newWorld();
  return shared;
}

async function made(): Promise<Opened> {
  const world = await million();
  return {
    async measure() {
      const keyrings = world.process();
      const begin = process.cpuUsage();
      await make(keyrings, count, KEYRINGS_A_ROUND);
      const seconds = processorSeconds(begin);
      keyrings.close();
      count += KEYRINGS_A_ROUND;
      const heldMegabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
      return { value: KEYRINGS_A_ROUND / seconds, detail: { keyrings: count, megabytes: heldMegabytes } };
    },
    close: async () => undefined,
  };
}

async function moved(): Promise<Opened> {
  const world = await million();
  return {
    async measure() {
      const { epochStore: store, wrapper, clock, store: keyrings } = world;
      const epochs = new EpochKeys({ store, wrapper, clock });
      const from = await epochs.current();
      clock.nowMs += 86_400_000;
      await openEpoch({ store, wrapper, clock }, from.id);
      const to = await new EpochKeys({ store, wrapper, clock }).current();
      const begin = process.cpuUsage();
      let done = 0;
      let batch: Promise<unknown>[] = [];
      for await (const lookupId of keyrings.names('')) {
        batch.push(
          rewrapKeyring(keyrings, lookupId, from, to).then((outcome) => (done += outcome === 'moved' ? 1 : 0)),
        );
        if (batch.length >= AT_ONCE) {
          await Promise.all(batch);
          batch = [];
        }
      }
      await Promise.all(batch);
      const seconds = processorSeconds(begin);
      if (done !== count) throw new Error(`${done} of ${count} keyrings were moved`);
      return { value: done / seconds, detail: { keyrings: done } };
    },
    close: async () => undefined,
  };
}

/** Of this process, so that whatever else the machine does is not in it. */
function processorSeconds(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

async function make(keyrings: ReturnType<World['process']>, first: number, users: number): Promise<void> {
  for (let index = 0; index < users; index += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, users - index) }, (_, each) =>
      keyrings.use(userRequest(`user-${first + index + each}`), ({ keys }) => keys.token),
    );
    for (const used of await Promise.all(batch)) if (used.kind !== 'used') throw new Error(used.kind);
  }
}

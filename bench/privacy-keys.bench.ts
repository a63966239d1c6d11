/** What keys cost: sealing with a warm one, a cold user, a million keyrings made and moved to another epoch; and a sample of it in Cloud Storage. */
import { eventIdOf } from '#shared/privacy/keys/derivations.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { newWorld, userRequest } from '#test/shared/privacy/world.ts';
import type { Benchmark, Opened } from './benchmark.ts';
import { type Asked, openCloudPart, openMillion } from './privacy-cloud.ts';
import { makeKeyrings } from './privacy-make.ts';

const WARM_USERS = 1000;
const COLD_USERS = 10_000;
const FIELDS = { email: 'somebody.or.other@example.com', place: '59.3293,18.0686' };

export const benchmark: Benchmark = {
  says: 'a million keyrings, 200,000 a round, in the memory store behind the interface of Cloud Storage, by processor time of one core; and 2 % of it in the local Cloud Storage, by the clock',
  measurements: [
    { name: 'seal and token, warm', unit: 'us/event', better: 'less', goal: 14, open: ({ roundMs }) => warm(roundMs) },
    { name: 'KMS calls of 10,000 cold users', unit: 'calls', better: 'less', goal: 0, open: cold },
    { name: 'keyrings made', unit: 'keyrings/s', better: 'more', goal: 2000, open: () => ofMillion('make') },
    {
      name: 'keyrings moved to another epoch',
      unit: 'keyrings/s',
      better: 'more',
      goal: 20_000,
      open: () => ofMillion('move'),
    },
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
      await makeKeyrings(keyrings, round * COLD_USERS, COLD_USERS / 2);
      keyrings.close();
      const before = world.wrapper.calls.wrap + world.wrapper.calls.unwrap;
      const fresh = world.process();
      // Half of them exist and have to be loaded, half are new.
      await makeKeyrings(fresh, round * COLD_USERS, COLD_USERS);
      fresh.close();
      return { value: world.wrapper.calls.wrap + world.wrapper.calls.unwrap - before };
    },
    close: async () => undefined,
  };
}

/** One process for both: what one makes the other moves. */
let million: Promise<Asked> | undefined;
let users = 0;

async function ofMillion(what: 'make' | 'move'): Promise<Opened> {
  million ??= Promise.resolve(openMillion());
  const { ask, end } = await million;
  users += 1;
  return {
    measure: () => ask(what),
    async close() {
      users -= 1;
      if (users === 0) await end();
    },
  };
}

// Owns a world for erasures: every store in memory, a catalog in force, processes that may be killed, and a clock that only a test moves.
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { bundleOf, type Catalog } from '#shared/catalog/catalog.ts';
import { bundleObject, CURRENT_CATALOG_OBJECT, encodeCurrentCatalog } from '#shared/catalog/stored-catalog.ts';
import type { Executions } from '#shared/gcp/executions.ts';
import type { Fact } from '#shared/metadata/facts.ts';
import { uuidV7 } from '#shared/platform/uuid.ts';
import type { Log } from '#shared/platform/log-line.ts';
import type { CertificateSigner } from '#shared/privacy/erasure/certificate.ts';
import { EpochKeys } from '#shared/privacy/keys/epoch-keys.ts';
import { Keyrings } from '#shared/privacy/keys/keyrings.ts';
import { revocationTiming } from '#shared/privacy/keys/revocation.ts';
import { catalogInForce } from '#functions/privacy/at-work/catalog-in-force.ts';
import type { ErasureDeps } from '#functions/privacy/erasures/erasure-deps.ts';
import { createLedger } from '#functions/privacy/erasures/ledger.ts';
import { requestErasure } from '#functions/privacy/erasures/request-erasure.ts';
import { STEP_VERBS, takeStepOf } from '#functions/privacy/erasures/steps/steps.ts';
import type { RotationDeps } from '#functions/privacy/rotation/rotation-deps.ts';
import type { Facts } from '#functions/privacy/facts.ts';
import { BOUND_MS, newWorld, type World } from '#test/shared/privacy/world.ts';
import { memoryObjectStore, type MemoryObjectStore } from '#shared/platform/memory-object-store.ts';
import { memoryPipelines, type MemoryPipelines } from './memory-pipelines.ts';
import { memoryRows, type MemoryRows, type Row } from './memory-rows.ts';
import { Killed, type KillPoint, Process } from './processes.ts';

export interface ErasureWorld extends Omit<World, 'deps'> {
  readonly objects: MemoryObjectStore;
  readonly exports: MemoryObjectStore;
  readonly rows: MemoryRows;
  readonly pipelines: MemoryPipelines;
  readonly signer: CertificateSigner & { readonly publicKeyPem: string };
  /** Facts by id, as a view would show them; a fact told twice has to be the same. */
  readonly facts: ReadonlyMap<string, Fact>;
  /** Erasures for which executions were started, in order; `ended` are over. */
  readonly executions: { readonly started: string[]; readonly ended: Set<string> };
  readonly logged: string[];
  /** What a process works on; `process` is one that nobody kills, unless another is given. */
  deps(process?: Process): ErasureDeps;
  /** What a process rotates epochs with. */
  rotation(process?: Process): RotationDeps;
  /** Puts a catalog in force. */
  apply(catalog: Catalog): Promise<void>;
}

/** A world with one catalog in force and one open epoch. */
export async function newErasureWorld(
  catalog: Catalog,
  tables: Readonly<Record<string, readonly Row[]>> = {},
): Promise<ErasureWorld> {
  const world = await newWorld();
  const objects = memoryObjectStore();
  const exports = memoryObjectStore();
  const rows = memoryRows(tables);
  const pipelines = memoryPipelines(objects);
  const facts = new Map<string, Fact>();
  const executions = { started: [] as string[], ended: new Set<string>() };
  const logged: string[] = [];
  const log: Log = { write: (...entry) => void logged.push(JSON.stringify(entry)) };
  const signer = newSigner();
  const made: ErasureWorld = {
    ...world,
    objects,
    exports,
    rows,
    pipelines,
    signer,
    facts,
    executions,
    logged,
    deps: (process = new Process()) => depsOf(made, process, log),
    rotation: (process = new Process()) => rotationOf(made, process, log),
    async apply(next) {
      const { digest, text } = bundleOf(next);
      await objects.create(bundleObject(digest), text);
      const before = await objects.read(CURRENT_CATALOG_OBJECT);
      const body = encodeCurrentCatalog({ digest, appliedAt: '2026-11-21T12:00:00.000Z' });
      if (before === undefined) await objects.create(CURRENT_CATALOG_OBJECT, body);
      else await objects.replace(CURRENT_CATALOG_OBJECT, before.generation, body);
    },
  };
  await made.apply(catalog);
  return made;
}

function depsOf(world: ErasureWorld, process: Process, log: Log): ErasureDeps {
  const named = (name: string): string => name.replaceAll(/[0-9a-f-]{36}|[a-z2-7]{52}/g, '*');
  const objects = process.through('objects', world.objects, { create: named, replace: named, delete: named });
  const store = process.through('keys', world.store, {
    create: () => 'keyring',
    replace: () => 'keyring',
    deleteIndex: (purpose: string) => purpose,
  });
  const feed = process.through('feed', world.feed, { append: () => '' });
  const epochStore = process.through('epochs', world.epochStore, {});
  const { clock, pepper, wrapper } = world;
  const epochs = new EpochKeys({ store: epochStore, wrapper, clock });
  const keyrings = new Keyrings({ store, epochs, feed, pepper, clock }, { timing: revocationTiming(BOUND_MS) });
  return {
    objects,
    exports: process.through('exports', world.exports, { create: named, replace: named, delete: named }),
    keys: { store, feed, epochs, pepper, keyrings, boundMs: BOUND_MS },
    catalog: catalogInForce(objects),
    keptBecauseOf: async () => [],
    warehouse: process.through('warehouse', world.rows, {
      loadTokens: () => '',
      runStatement: named,
      dropTable: () => '',
    }),
    personRows: process.through('rows', world.rows, { loadTokens: () => '', dropTable: () => '' }),
    pipelines: process.through('pipelines', world.pipelines, {
      fence: (endpoints: readonly string[]) => endpoints.join(' '),
      recompute: ({ key }: { readonly key: string }) => key,
    }),
    ledger: createLedger(objects, world.signer),
    facts: process.through('facts', factsOf(world), { record: ({ id }: Fact) => named(id) }),
    executions: process.through('executions', executionsOf(world), { start: () => '' }),
    clock,
    newId: () => uuidV7(clock.now(), randomBytes),
    log,
  };
}

function rotationOf(world: ErasureWorld, process: Process, log: Log): RotationDeps {
  const { objects, ledger, facts, clock } = depsOf(world, process, log);
  const epochStore = process.through('epochs', world.epochStore, {
    create: (id: string) => id,
    replace: (id: string) => id,
  });
  const keyrings = process.through('keys', world.store, { replace: () => 'keyring' });
  const wrapper = process.through('kms', world.wrapper, {
    createVersion: () => '',
    enable: () => '',
    disable: () => '',
    scheduleDestruction: () => '',
  });
  const epochs = new EpochKeys({ store: epochStore, wrapper, clock });
  const { store: scan } = world;
  return { objects, keyrings, scan, epochStore, epochs, wrapper, versions: wrapper, ledger, facts, clock, log };
}

function factsOf({ facts }: ErasureWorld): Facts {
  // The interface shows them read only.
  const told = facts as Map<string, Fact>;
  return {
    record: async (fact) => {
      const before = told.get(fact.id);
      if (before !== undefined) assert.deepEqual(fact, before, 'a fact told twice says the same');
      told.set(fact.id, fact);
    },
  };
}

function executionsOf({ executions }: ErasureWorld): Executions {
  return {
    start: async (_workflow, argument) => {
      const [name = '', id = ''] = Object.entries(argument as Record<string, string>)[0] ?? [];
      assert.ok(name === 'erasure' || name === 'export');
      assert.deepEqual(argument, { [name]: id }, 'a workflow gets an id and nothing else');
      executions.started.push(id);
      return `executions/${executions.started.length}`;
    },
    state: async (name) => (executions.ended.has(name) ? 'ended' : 'active'),
  };
}

function newSigner(): ErasureWorld['signer'] {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    keyVersion: 'projects/p/locations/l/keyRings/r/cryptoKeys/certificate/cryptoKeyVersions/1',
    sign: async (bytes) => sign('sha256', bytes, { key: privateKey, dsaEncoding: 'der' }),
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Asks for an erasure until that is answered, as an officer would: after every kill in a new process. */
export async function askFor(world: ErasureWorld, userId: string, first: Process): Promise<string> {
  return survive(world, first, async (deps) => (await requestErasure(deps, { userId, basis: 'request' })).record.id);
}

/** Drives an erasure to its end as the workflow does: every step in order, again where it asks for it, anew after every kill. */
export async function driveOn(world: ErasureWorld, id: string, first: Process): Promise<void> {
  await survive(world, first, async (deps) => {
    for (const verb of STEP_VERBS) {
      for (;;) {
        const { againAfterSeconds, rests } = await takeStepOf(deps, id, verb);
        if (rests) return;
        if (againAfterSeconds === 0) break;
        world.clock.nowMs += againAfterSeconds * 1000;
      }
    }
  });
}

async function survive<Result>(
  world: ErasureWorld,
  first: Process,
  work: (deps: ErasureDeps) => Promise<Result>,
): Promise<Result> {
  if (!first.dead) {
    try {
      return await work(world.deps(first));
    } catch (thrown) {
      // What else a dying process runs into does not matter: it is dead.
      if (!(thrown instanceof Killed) && !first.dead) throw thrown;
    }
  }
  return work(world.deps());
}

export type { KillPoint };

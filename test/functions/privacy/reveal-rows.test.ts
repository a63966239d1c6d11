/** Requests of BigQuery to open many values: who may, what comes of each row, and what is recorded. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from '#shared/metadata/facts.ts';
import { type EndpointId, parseId } from '#shared/platform/ids.ts';
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { Role } from '#shared/platform/roles.ts';
import { grantsOf } from '#shared/privacy/reveal.ts';
import { sealFields } from '#shared/privacy/sealing.ts';
import { PersonRates, QUERY_PACE } from '#functions/privacy/reveal/person-rate.ts';
import { remoteRequest, rowsOf, stagedEndpoint } from '#functions/privacy/reveal/remote-request.ts';
import { revealRows, type RevealRowsDeps, type RowsUse } from '#functions/privacy/reveal/reveal-rows.ts';
import { BOUND_MS, newWorld, PURPOSE, userRequest } from '#test/shared/privacy/world.ts';

const JOB = 'p:EU.job_1';
const LETTERS = 'music.letters';
const REASON = 'case 4711 of the support desk';

async function prepared(over: Partial<RevealRowsDeps> = {}) {
  const world = await newWorld();
  const keyrings = world.process();
  const sealed = async (user: string, fields: object) => {
    const used = await keyrings.use(userRequest(user), ({ keys }) => ({
      token: keys.token,
      sealed: sealFields(keys, { ...fields }).toString('base64'),
    }));
    assert.ok(used.kind === 'used');
    return used.result;
  };
  const facts: Fact[] = [];
  const deps: RevealRowsDeps = {
    keyrings,
    useLimitMs: BOUND_MS / 5,
    facts: { record: async (fact) => void facts.push(fact) },
    rowRates: new PersonRates(world.clock, QUERY_PACE),
    clock: world.clock,
    newId: () => `id-${facts.length}`,
    ...over,
  };
  const use = (rows: RowsUse['rows'], more: Partial<RowsUse> = {}): RowsUse => ({
    email: 'officer@example.com',
    roles: new Set<Role>(['compliance']),
    purpose: PURPOSE,
    job: JOB,
    grants: grantsOf(PURPOSE, { roles: ['compliance'], endpoints: [LETTERS] }),
    rows,
    ...more,
  });
  return { world, deps, facts, sealed, use };
}

test('rows are answered in their order, each plain, shredded or corrupt, and counted for each field and reason', async () => {
  const { deps, facts, sealed, use } = await prepared();
  const [ann, ben] = [await sealed('ann', { email: 'ann@example.com', age: 30 }), await sealed('ben', { email: 'b' })];
  const row = { field: 'email', reason: REASON };
  const rows = [
    { ...ann, ...row },
    { ...ben, ...row },
    { ...ann, ...row, field: 'age' },
    { ...ann, ...row, field: 'phone' },
    { ...row, token: ann.token, sealed: ben.sealed },
    { ...row, token: 'a'.repeat(26), sealed: ben.sealed },
    { ...row, token: null, sealed: ben.sealed },
    { ...row, token: ann.token, sealed: null },
  ];
  assert.deepEqual(await revealRows(deps, use(rows)), [
    { status: 'plain', value: 'ann@example.com' },
    { status: 'plain', value: 'b' },
    { status: 'plain', value: 30 },
    { status: 'plain' },
    { status: 'corrupt' },
    { status: 'shredded' },
    { status: 'corrupt' },
    { status: 'plain' },
  ]);
  assert.deepEqual(
    facts.map(({ body }) => [body['field'], body['counts'], body['job'], body['channel'], body['reason']]),
    [
      ['email', { plain: 3, shredded: 1, corrupt: 2 }, JOB, 'sql', REASON],
      ['age', { plain: 1, shredded: 0, corrupt: 0 }, JOB, 'sql', REASON],
      ['phone', { plain: 1, shredded: 0, corrupt: 0 }, JOB, 'sql', REASON],
    ],
  );
  assert.ok(!JSON.stringify(facts).includes('ann@example.com'));
});

test('a request of which anything is refused opens nothing, and is recorded', async () => {
  const { deps, facts, sealed, use } = await prepared();
  const ann = await sealed('ann', { email: 'x' });
  const row = { ...ann, field: 'email', reason: REASON };
  await assert.rejects(revealRows(deps, use([row], { roles: new Set<Role>(['analyst']) })), { code: 'forbidden' });
  await assert.rejects(revealRows(deps, use([row, { ...row, reason: undefined }])), { code: 'reason_missing' });
  assert.deepEqual(
    facts.map(({ body }) => [body['decision'], body['counts']]),
    [
      ['forbidden', { plain: 0, shredded: 0, corrupt: 0 }],
      ['allowed', { plain: 0, shredded: 0, corrupt: 0 }],
      ['reason_missing', { plain: 0, shredded: 0, corrupt: 0 }],
    ],
  );
});

test('a run opens what its endpoint was granted, however much; a service outside of a run opens nothing', async () => {
  const { deps, sealed, use } = await prepared();
  const ann = await sealed('ann', { email: 'x' });
  const rows = Array.from({ length: 6000 }, () => ({ ...ann, field: 'email', reason: REASON }));
  const service = { email: 'tributary-workflows@p.iam.gserviceaccount.com', roles: new Set<Role>(['service']) };
  const revealed = await revealRows(deps, use(rows, { ...service, endpoint: LETTERS }));
  assert.equal(revealed.filter(({ status }) => status === 'plain').length, 6000);
  await assert.rejects(revealRows(deps, use(rows, service)), { code: 'forbidden' });
  await assert.rejects(revealRows(deps, use(rows, { ...service, endpoint: 'music.other' })), { code: 'forbidden' });
});

test('a person opens no table: so many values at once, then at the pace of the clock', async () => {
  const { world, deps, sealed, use } = await prepared();
  const ann = await sealed('ann', { email: 'x' });
  const rows = (count: number) => Array.from({ length: count }, () => ({ ...ann, field: 'email', reason: REASON }));
  await revealRows(deps, use(rows(5000)));
  await assert.rejects(revealRows(deps, use(rows(2))), { code: 'rate_limited', details: { seconds: 2 } });
  world.clock.nowMs += 2000;
  await revealRows(deps, use(rows(2)));
});

test('what cannot be recorded, and what took longer than keys may be held, is not answered', async () => {
  const down = { record: () => Promise.reject(new PlatformError('cloud_unavailable')) };
  const { world, deps, sealed, use } = await prepared();
  const rows = [{ ...(await sealed('ann', { email: 'x' })), field: 'email', reason: REASON }];
  await assert.rejects(revealRows({ ...deps, facts: down }, use(rows)), { code: 'cloud_unavailable' });
  const slow = { record: async () => void (world.clock.nowMs += BOUND_MS / 5 + 1) };
  await assert.rejects(revealRows({ ...deps, facts: slow }, use(rows)), { code: 'keys_unavailable' });
});

test('a run is known by the id of its job, and by nothing that only looks like one', () => {
  const ids = ['music.letters', 'music.letters_2'].map((id) => parseId('endpoint', id)) as EndpointId[];
  const of = (job: string): string | undefined => stagedEndpoint(`p:EU.${job}`, ids);
  for (const key of ['2026-08-01', '2026-08-01T13', '2026-W31', '2026-08', 'all']) {
    assert.equal(of(`stage_music__letters_${key}_a1b2`), 'music.letters', key);
  }
  assert.equal(of('stage_music__letters_2_2026-08-01_a1b2'), 'music.letters_2');
  for (const job of [
    'stage_music__other_2026-08-01_a1b2',
    'audit_music__letters_2026-08-01_a1b2',
    'stage_music__letters_x_2026-08-01_a1b2',
    'xstage_music__letters_2026-08-01_a1b2',
    'job_stage_music__letters_2026-08-01_a1b2',
  ]) {
    assert.equal(of(job), undefined, job);
  }
});

test('a request is what BigQuery sends, and nothing else is taken', () => {
  const request = {
    requestId: '124ab1c',
    caller: '//bigquery.googleapis.com/projects/p/jobs/p:EU.job_1',
    sessionUser: 'ann@example.com',
    userDefinedContext: { purpose: 'account' },
    calls: [['t', 'c2VhbGVk', 'email', 'because of a case']],
  };
  const read = remoteRequest.parse(request);
  assert.deepEqual(rowsOf(read), [{ token: 't', sealed: 'c2VhbGVk', field: 'email', reason: 'because of a case' }]);
  for (const wrong of [
    { ...request, userDefinedContext: {} },
    { ...request, calls: [['t', 's', 'f']] },
    { ...request, calls: [['t', 's', 'f', 1]] },
    { ...request, sessionUser: 1 },
  ]) {
    assert.ok(!remoteRequest.safeParse(wrong).success);
  }
});

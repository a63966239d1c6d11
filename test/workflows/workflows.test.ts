import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileWorkflow } from '#local/workflows/language/compile.ts';
import type { HttpRequest } from '#local/workflows/language/effects.ts';
import { createWorld, type HttpHandler, jsonResponse, run } from '#test/local/workflows/language/world.ts';

const FOLDER = join(import.meta.dirname, '../../workflows');
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
const ENVIRONMENT = {
  TRIBUTARY_METADATA_URL: 'https://metadata.test',
  TRIBUTARY_AUDIENCE: 'https://tributary.test',
  GOOGLE_CLOUD_PROJECT_ID: 'p',
  GOOGLE_CLOUD_LOCATION: 'r',
  GOOGLE_CLOUD_WORKFLOW_ID: 'w',
  GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID: 'e',
};

function source(name: string): string {
  return readFileSync(join(FOLDER, `${name}.yaml`), 'utf8');
}

/** Runs a workflow against answers, and tells what it asked: method, path, and body. */
async function play(
  name: string,
  argument: unknown,
  answer: HttpHandler,
): Promise<{ asked: readonly HttpRequest[]; outcome: string; waits: number[] }> {
  const world = createWorld(answer);
  const outcome = await run(source(name), { world, argument, environment: ENVIRONMENT });
  return { asked: world.requests, outcome: outcome.kind, waits: world.waits };
}

function path({ method, url }: HttpRequest): string {
  return `${method} ${new URL(url).pathname}`;
}

function bodyOf(request: HttpRequest | undefined): unknown {
  return JSON.parse(Buffer.from(request?.body ?? []).toString() || 'null');
}

const job = (id: string) => ({ jobReference: { projectId: 'p', jobId: id, location: 'r' }, configuration: {} });
const done = (id: string) => ({ ...job(id), status: { state: 'DONE' } });
const RUN = { endpoint: 'music.daily', key: '2026-08-01', run: 'r1' };
const BASE = '/v1/runs/music.daily/2026-08-01/r1';

test('every workflow compiles, and keeps the limit of a source', () => {
  assert.ok(NAMES.length >= 3);
  for (const name of NAMES) {
    const text = readFileSync(join(FOLDER, name), 'utf8');
    const compiled = compileWorkflow(text);
    assert.deepEqual(compiled.kind === 'invalid' ? compiled.problems : [], [], name);
    // https://cloud.google.com/workflows/quotas#resource_limits
    assert.ok(Buffer.byteLength(text) < 128 * 1024, name);
  }
});

test('the tick passes its own start, and calls until nothing is left', async () => {
  let calls = 0;
  const { asked, outcome } = await play('tick', undefined, () =>
    jsonResponse({ done: (calls += 1) === 3, started: 500 }),
  );
  assert.equal(outcome, 'succeeded');
  assert.deepEqual(asked.map(path), ['POST /v1/tick', 'POST /v1/tick', 'POST /v1/tick']);
  for (const request of asked) assert.deepEqual(bodyOf(request), { now: Date.UTC(2026, 7, 1, 12) / 1000 });
  assert.deepEqual(asked[0]?.auth, { type: 'OIDC', audience: 'https://tributary.test' });
});

test('a call of metadata outlasts a restart of it', async () => {
  let calls = 0;
  const { outcome, waits } = await play('tick', undefined, () => {
    calls += 1;
    if (calls < 4) return { kind: 'unreachable', message: 'refused' };
    if (calls === 4) return { kind: 'broken', message: 'reset' };
    if (calls === 5) return jsonResponse({}, 401);
    return calls === 6 ? jsonResponse({}, 503) : jsonResponse({ done: true });
  });
  assert.equal(outcome, 'succeeded');
  assert.deepEqual(waits, [0.5, 1, 2, 4, 8, 16]);
  assert.equal((await play('tick', undefined, () => jsonResponse({}, 400))).outcome, 'failed');
});

test('a run stages, audits, hands the counts over, commits and drops what it staged', async () => {
  const { asked, outcome } = await play('run-sql', RUN, (request) => {
    const at = path(request);
    if (at === `POST ${BASE}:begin`) return jsonResponse({ step: 'stage', job: job('stage_1'), audit: job('audit_1') });
    if (at === `POST ${BASE}:audited`) return jsonResponse({ step: 'commit', job: job('publish_1') });
    if (at === `POST ${BASE}:published`)
      return jsonResponse({
        step: 'none',
        reason: 'published',
        drop: { projectId: 'p', datasetId: 'staging', tableId: 't' },
      });
    if (at.includes('/queries/')) return jsonResponse({ rows: [{ f: [{ v: '7' }, { v: null }] }] });
    if (request.method === 'DELETE') return jsonResponse({}, 404);
    return jsonResponse(done((bodyOf(request) as ReturnType<typeof job>).jobReference.jobId));
  });
  assert.equal(outcome, 'succeeded');
  const jobs = 'POST /bigquery/v2/projects/p/jobs';
  assert.deepEqual(asked.map(path), [
    `POST ${BASE}:begin`,
    jobs,
    jobs,
    'GET /bigquery/v2/projects/p/queries/audit_1',
    `POST ${BASE}:audited`,
    jobs,
    `POST ${BASE}:published`,
    'DELETE /bigquery/v2/projects/p/datasets/staging/tables/t',
  ]);
  assert.deepEqual(bodyOf(asked[0]), { execution: 'projects/p/locations/r/workflows/w/executions/e' });
  assert.deepEqual(bodyOf(asked[4]), { row: [{ v: '7' }, { v: null }] });
});

test('a job that is there already is waited for', async () => {
  let looks = 0;
  const { asked, outcome, waits } = await play('run-sql', RUN, (request) => {
    const at = path(request);
    if (at.endsWith(':begin')) return jsonResponse({ step: 'commit', job: job('publish_1') });
    if (at.endsWith(':published')) return jsonResponse({ step: 'none', reason: 'published' });
    if (request.method === 'POST')
      return jsonResponse({ error: { code: 409, errors: [{ reason: 'duplicate' }] } }, 409);
    looks += 1;
    return jsonResponse({ ...job('publish_1'), status: { state: looks < 3 ? 'RUNNING' : 'DONE' } });
  });
  assert.equal(outcome, 'succeeded');
  assert.deepEqual(asked.map(path).slice(1, -1), [
    'POST /bigquery/v2/projects/p/jobs',
    ...Array<string>(3).fill('GET /bigquery/v2/projects/p/jobs/publish_1'),
  ]);
  assert.deepEqual(waits, [0.1, 0.2]);
});

test('what failed is told in words of BigQuery, never in its sentences', async () => {
  const failures = [
    [
      jsonResponse({
        ...job('stage_1'),
        status: { state: 'DONE', errorResult: { reason: 'invalidQuery', message: 'Bad value: a@example.com' } },
      }),
      { reason: 'invalidQuery', tags: ['OperationError'] },
    ],
    [
      jsonResponse(
        {
          error: {
            code: 403,
            message: 'a@example.com',
            errors: [{ reason: 'quotaExceeded', message: 'a@example.com' }],
          },
        },
        403,
      ),
      { reason: 'quotaExceeded', code: 403, tags: ['HttpError'] },
    ],
    [jsonResponse({}, 500), { code: 500, tags: ['HttpError'] }],
  ] as const;
  for (const [failure, want] of failures) {
    const { asked, outcome } = await play('run-sql', RUN, (request) => {
      if (path(request).endsWith(':begin'))
        return jsonResponse({ step: 'stage', job: job('stage_1'), audit: job('audit_1') });
      if (path(request).endsWith(':failed')) return jsonResponse({ step: 'none', reason: 'query_failed' });
      return failure;
    });
    assert.equal(outcome, 'succeeded');
    const told = asked.find((request) => path(request).endsWith(':failed'));
    const { code, tags, reason, job: about } = bodyOf(told) as Record<string, unknown>;
    assert.equal(about, 'stage_1');
    assert.deepEqual({ ...(code === null ? {} : { code }), ...(reason === null ? {} : { reason }), tags }, want);
    assert.ok(!Buffer.from(told?.body ?? []).includes('example.com'));
  }
});

test('a copy that cannot be made is left to whoever drives it on next', async () => {
  const { asked, outcome } = await play('run-sql', RUN, (request) => {
    const at = path(request);
    if (at.endsWith(':begin') || at.endsWith(':published'))
      return jsonResponse({ step: 'commit', job: job('publish_1') });
    return jsonResponse({}, 403);
  });
  assert.equal(outcome, 'succeeded');
  assert.equal(asked.map(path).filter((at) => at.endsWith(':published')).length, 10);
});

test('a closer closes one partition after the other, and gives up when its workflow cannot run', async () => {
  const keys = ['2026-08-01T01', '2026-08-01T02'];
  const good = await play('close-events', { endpoint: 'music.played', closer: 'c1' }, (request) => {
    if (path(request).endsWith(':next')) {
      const key = keys.shift();
      return jsonResponse(key === undefined ? { done: true } : { key, run: `run-${key}` });
    }
    if (request.method === 'POST')
      return jsonResponse({ name: 'projects/p/locations/r/workflows/run-sql/executions/x', state: 'ACTIVE' });
    return jsonResponse({ name: 'x', state: 'SUCCEEDED', result: '{}' });
  });
  assert.equal(good.outcome, 'succeeded');
  assert.deepEqual(bodyOf(good.asked[0]), {
    closer: 'c1',
    execution: 'projects/p/locations/r/workflows/w/executions/e',
  });
  const started = good.asked.filter((request) => path(request).endsWith('/workflows/run-sql/executions'));
  assert.deepEqual(
    started.map((request) => JSON.parse((bodyOf(request) as { argument: string }).argument) as object),
    [
      { endpoint: 'music.played', key: '2026-08-01T01', run: 'run-2026-08-01T01' },
      { endpoint: 'music.played', key: '2026-08-01T02', run: 'run-2026-08-01T02' },
    ],
  );
  const bad = await play('close-events', { endpoint: 'music.played', closer: 'c1' }, (request) =>
    path(request).endsWith(':next') ? jsonResponse({ key: '2026-08-01T01', run: 'r' }) : jsonResponse({}, 404),
  );
  assert.equal(bad.outcome, 'succeeded');
  assert.deepEqual(bad.waits, [1, 2, 3, 4, 5]);
});

test('the audit goes on until nothing is left, and answers how many gaps there were', async () => {
  let calls = 0;
  const { asked, outcome } = await play('audit', {}, () =>
    jsonResponse({ done: (calls += 1) === 3, audited: 100, gaps: 1 }),
  );
  assert.equal(outcome, 'succeeded');
  assert.deepEqual(asked.map(path), Array<string>(3).fill('POST /v1/books:audit'));
  assert.deepEqual(bodyOf(asked[0]), { now: Date.UTC(2026, 7, 1, 12) / 1000 });
});

test('a heartbeat is looked for at once and then ever less often, until metadata is done with it', async () => {
  const beat = { beat: '2026-08-01T12:00:00.000Z', sentAt: '2026-08-01T12:00:00.100Z', acknowledgedMs: 20 };
  let looks = 0;
  const { asked, outcome, waits } = await play('heartbeat', {}, (request) =>
    path(request) === 'POST /v1/heartbeats'
      ? jsonResponse({ state: 'sent', ...beat })
      : jsonResponse({ done: (looks += 1) === 8 }),
  );
  assert.equal(outcome, 'succeeded');
  assert.deepEqual(bodyOf(asked[1]), beat);
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 32, 32]);
});

test('a heartbeat that collect does not take is sent again, as an app would, with the time of the first attempt', async () => {
  const sentAt = '2026-08-01T12:00:00.100Z';
  let sends = 0;
  const { asked, outcome, waits } = await play('heartbeat', {}, (request) => {
    if (path(request) !== 'POST /v1/heartbeats') return jsonResponse({ done: true });
    sends += 1;
    return jsonResponse(
      sends < 3 ? { state: 'again', sentAt } : { state: 'sent', beat: sentAt, sentAt, acknowledgedMs: 3000 },
    );
  });
  assert.equal(outcome, 'succeeded');
  assert.deepEqual(asked.slice(0, 3).map(bodyOf), [{ attempt: 1 }, { attempt: 2, sentAt }, { attempt: 3, sentAt }]);
  assert.deepEqual(waits, [1, 2, 1]);
});

test('a catalog without heartbeats, or a collector that takes none, ends the heartbeat at once', async () => {
  for (const state of ['none', 'refused']) {
    const { asked, outcome } = await play('heartbeat', {}, () => jsonResponse({ state }));
    assert.deepEqual([asked.length, outcome], [1, 'succeeded']);
  }
});

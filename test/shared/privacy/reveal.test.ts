import { test } from 'node:test';
import assert from 'node:assert/strict';
import { isErrorCode } from '#shared/platform/error-codes.ts';
import { decideReveal, DEFAULT_REVEAL_GRANTS, grantsOf, revealAudit } from '#shared/privacy/reveal.ts';
import type { RevealGrant, RevealPrincipal, RevealRequest } from '#shared/privacy/reveal.ts';

const officer: RevealPrincipal = { id: 'officer@example.com', kind: 'person', roles: ['compliance'] };
const admin: RevealPrincipal = { id: 'admin@example.com', kind: 'person', roles: ['admin', 'analyst', 'team'] };
const pipeline: RevealPrincipal = {
  id: 'workflows@p.iam.gserviceaccount.com',
  kind: 'service',
  roles: ['service'],
  endpoint: 'listening.letters',
};
const analyst: RevealPrincipal = { id: 'analyst@example.com', kind: 'person', roles: ['analyst'] };
const grants: readonly RevealGrant[] = [
  ...DEFAULT_REVEAL_GRANTS,
  ...grantsOf('account', { roles: ['analyst'], endpoints: ['listening.letters'] }),
];

function decide(principal: RevealPrincipal, over: Partial<RevealRequest> = {}): string {
  const request: RevealRequest = {
    principal,
    channel: 'http',
    purpose: 'account',
    reason: 'support case 4711',
    ...over,
  };
  const decision = decideReveal(request, grants);
  return decision.kind === 'allowed' ? 'allowed' : decision.code;
}

test('people open what their role was granted, over HTTP and in SQL, and an admin opens nothing', () => {
  for (const channel of ['http', 'sql'] as const) {
    assert.equal(decide(officer, { channel }), 'allowed');
    assert.equal(decide(officer, { channel, purpose: 'marketing' }), 'allowed');
    assert.equal(decide(analyst, { channel }), 'allowed');
    assert.equal(decide(analyst, { channel, purpose: 'marketing' }), 'forbidden');
    assert.equal(decide(admin, { channel }), 'forbidden');
    assert.equal(decide({ ...officer, roles: [] }, { channel }), 'forbidden');
  }
});

test('a purpose that is not declared is compliance’s, and one that names others is not', () => {
  const opened = (to: RevealPrincipal, declared: Parameters<typeof grantsOf>[1]): string =>
    decideReveal(
      { principal: to, channel: 'http', purpose: 'account', reason: 'support case 4711' },
      grantsOf('account', declared),
    ).kind;
  assert.equal(opened(officer, undefined), 'allowed');
  assert.equal(opened(officer, { roles: ['analyst'], endpoints: [] }), 'refused');
  assert.equal(opened(analyst, { roles: ['analyst'], endpoints: [] }), 'allowed');
});

test('whoever has no proper reason is asked for one', () => {
  assert.equal(decide(pipeline, { channel: 'sql', reason: '' }), 'reason_missing');
  const { reason: _, ...without } = { principal: officer, channel: 'http' as const, purpose: 'account', reason: '' };
  assert.deepEqual(decideReveal(without, grants), { kind: 'refused', code: 'reason_missing' });
  for (const reason of ['', 'because', '   x      ', 'x'.repeat(501)])
    assert.equal(decide(officer, { reason }), 'reason_missing');
});

test('a run opens in SQL what its endpoint was granted, purpose by purpose', () => {
  assert.equal(decide(pipeline, { channel: 'sql' }), 'allowed');
  assert.equal(decide(pipeline, { channel: 'sql', purpose: 'marketing' }), 'forbidden');
  assert.equal(decide({ ...pipeline, endpoint: 'listening.other' }, { channel: 'sql' }), 'forbidden');
  const { endpoint: _, ...outside } = pipeline;
  assert.equal(decide(outside, { channel: 'sql' }), 'forbidden');
});

test('services open nothing over HTTP, and neither borrow a role nor lend an endpoint', () => {
  assert.equal(decide({ ...analyst, roles: [], endpoint: 'listening.letters' }, { channel: 'sql' }), 'forbidden');
  assert.equal(decide(pipeline, { channel: 'http' }), 'forbidden');
  assert.equal(decide({ ...pipeline, roles: ['compliance'] }, { channel: 'http' }), 'forbidden');
});

test('every refusal is a code of the error table', () => {
  for (const code of ['forbidden', 'reason_missing']) assert.ok(isErrorCode(code));
});

test('a use is recorded with who, when, why and how much, and no value', () => {
  const request: RevealRequest = {
    principal: officer,
    channel: 'http',
    purpose: 'account',
    reason: 'support case 4711',
  };
  const use = {
    at: '2026-11-21T12:00:00.000Z',
    field: 'email',
    counts: { plain: 1, shredded: 0, corrupt: 0 },
    subject: 'a'.repeat(26),
  };
  assert.deepEqual(revealAudit(request, decideReveal(request, grants), use), {
    at: '2026-11-21T12:00:00.000Z',
    principal: 'officer@example.com',
    kind: 'person',
    channel: 'http',
    purpose: 'account',
    field: 'email',
    reason: 'support case 4711',
    decision: 'allowed',
    counts: { plain: 1, shredded: 0, corrupt: 0 },
    subject: 'a'.repeat(26),
  });
});

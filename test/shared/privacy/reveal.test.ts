import { test } from 'node:test';
import assert from 'node:assert/strict';
import { isErrorCode } from '#shared/platform/error-codes.ts';
import { decideReveal, DEFAULT_REVEAL_GRANTS, revealAudit } from '#shared/privacy/reveal.ts';
import type { RevealGrant, RevealPrincipal, RevealRequest } from '#shared/privacy/reveal.ts';

const officer: RevealPrincipal = { id: 'officer@example.com', kind: 'person', roles: ['compliance'] };
const admin: RevealPrincipal = { id: 'admin@example.com', kind: 'person', roles: ['admin', 'analyst', 'team'] };
const pipeline: RevealPrincipal = { id: 'listening@p.iam.gserviceaccount.com', kind: 'service', roles: ['service'] };
const grants: readonly RevealGrant[] = [
  ...DEFAULT_REVEAL_GRANTS,
  { to: { service: pipeline.id }, purposes: ['account'] },
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

test('compliance opens every purpose over HTTP with a reason, and nobody else opens any', () => {
  assert.equal(decide(officer), 'allowed');
  assert.equal(decide(officer, { purpose: 'marketing' }), 'allowed');
  assert.equal(decide(admin), 'forbidden');
  assert.equal(decide({ ...officer, roles: [] }), 'forbidden');
});

test('a person without a proper reason is asked for one', () => {
  const { reason: _, ...without } = { principal: officer, channel: 'http' as const, purpose: 'account', reason: '' };
  assert.deepEqual(decideReveal(without, grants), { kind: 'refused', code: 'reason_missing' });
  for (const reason of ['', 'because', '   x      ', 'x'.repeat(501)])
    assert.equal(decide(officer, { reason }), 'reason_missing');
});

test('a pipeline opens in SQL what its service account was granted, purpose by purpose, without a reason', () => {
  assert.equal(decide(pipeline, { channel: 'sql', reason: '' }), 'allowed');
  assert.equal(decide(pipeline, { channel: 'sql', purpose: 'marketing' }), 'forbidden');
  assert.equal(decide({ ...pipeline, id: 'other@p.iam.gserviceaccount.com' }, { channel: 'sql' }), 'forbidden');
});

test('neither people in SQL nor services over HTTP open anything, and a service cannot borrow a role', () => {
  assert.equal(decide(officer, { channel: 'sql' }), 'forbidden');
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

/** Events about several people: what may be said of somebody beside the subject, and the columns that come of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareFields } from '#shared/catalog/field-compatibility.ts';
import { formatProblem } from '#shared/catalog/problem.ts';
import { compiled, eventTypeOf, filesWith, PLAYED, problemsOf } from './declarations.ts';

/** An event that names whom something was sent to. */
const SENT = PLAYED.replace('purpose: analytics', 'purpose: account')
  .replace('retention: P400D', 'retention: P90D')
  .replace(
    '\nexamples:',
    `
  friend: {type: string, semantic: user.email, privacy: person, description: Whom it was sent to.}
  friend_mail: {type: string, semantic: user.email, privacy: seal, whose: friend, optional: true, description: Where it was sent.}
  friend_ip: {type: string, semantic: user.ip, privacy: token, whose: friend, optional: true, description: Where it was opened.}
examples:`,
  )
  .replace('{track: t1, ms: 3}', '{track: t1, ms: 3, friend: ben, friend_mail: ben@example.com}');

function problems(from: string, to: string): readonly string[] {
  assert.ok(SENT.includes(from), from);
  return problemsOf(filesWith({ 'events/music/Sent.yaml': SENT.replace(from, to) })).map(formatProblem);
}

function only(found: readonly string[], expected: RegExp): void {
  assert.equal(found.length, 1, found.join('\n'));
  assert.match(found[0] ?? '', expected);
}

test('another person has a column of their token and one of what is sealed for them, beside those of the subject', () => {
  const { endpoints } = compiled(filesWith({ 'events/music/Sent.yaml': SENT }));
  const columns = Object.values(endpoints).find(({ id }) => id === 'music.sent')?.columns ?? [];
  const own = columns.filter(({ name }) => /^(?:subject|sealed|friend)/.test(name));
  assert.deepEqual(
    own.map(({ name, type, semantic }) => `${name} ${type} ${semantic ?? ''}`),
    [
      'subject STRING subject',
      'sealed BYTES sealed',
      'friend STRING subject',
      'friend_sealed BYTES sealed',
      'friend_ip STRING user.ip',
    ],
  );
});

test('whose something is has to be a person of the event, and only what needs a key is somebody else’s', () => {
  only(
    problems(
      'whose: friend, optional: true, description: Where it',
      'whose: freind, optional: true, description: Where it',
    ),
    /no field "freind" names a person.*did you mean "friend"/s,
  );
  only(
    problems('privacy: seal, whose: friend', 'privacy: drop, whose: friend'),
    /needs none\n    allowed: privacy: seal or token/,
  );
  only(problems('privacy: person', 'privacy: person, whose: friend'), /needs none/);
});

test('a person is named by a text at the top of the data, of an event with a subject, for a purpose without consent', () => {
  only(problems('friend: {type: string', 'friend: {type: int64').slice(0, 1), /a int64 names nobody/);
  only(problems('purpose: account', 'purpose: analytics'), /the purpose needs consent/);
  only(
    problems(
      '  friend_ip:',
      '  friend_sealed: {type: int64, semantic: metric, optional: true, description: Is taken already.}\n  friend_ip:',
    ),
    /"friend_sealed" is the column of what is sealed for "friend"/,
  );
  const inside =
    '  in: {type: record, optional: true, description: A record of it., fields: {who: {type: string, semantic: user.email, privacy: person, description: Who that is.}}}\n  friend_ip:';
  only(problems('  friend_ip:', inside.replace('in:', 'about:')), /only fields at the top/);
  const nobody = problems('grain: hour', 'subject: none\ngrain: hour');
  assert.ok(
    nobody.some((each) => /"person" needs the key of a subject/.test(each)),
    nobody.join('\n'),
  );
});

test('whose a value is decides about its key: a change of it is a change of protection, and another declaration', () => {
  const own = SENT.replace('privacy: seal, whose: friend', 'privacy: seal');
  const [before, after] = [own, SENT].map((text) => eventTypeOf(text, 'events/music/Sent.yaml'));
  assert.ok(before !== undefined && after !== undefined);
  assert.notEqual(before.declaration, after.declaration);
  const changes = compareFields(before.fields, after.fields, 'fields');
  assert.deepEqual(
    changes.map(({ rule, path }) => [rule, path]),
    [['change-protection', 'fields.friend_mail.privacy']],
  );
});

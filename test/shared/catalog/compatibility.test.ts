import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHANGE_RULES, compareEventTypes, levelOf } from '#shared/catalog/compatibility.ts';
import type { EventType } from '#shared/catalog/event-type.ts';
import { QUALITY_PURPOSE } from '#shared/catalog/platform.ts';
import { eventTypeOf, PLAYED } from './declarations.ts';

const deployed = eventTypeOf(PLAYED);

function judged(from: string, to: string): string {
  assert.ok(PLAYED.includes(from), from);
  const changes = compareEventTypes(deployed, eventTypeOf(PLAYED.replace(from, to)));
  return `${levelOf(changes)}: ${changes.map(({ rule, path }) => `${rule} ${path}`).join(', ')}`;
}

const optionalField =
  '  more: {type: string, semantic: content.id, optional: true, description: Something more of it.}\n  ms:';
const requiredField = '  more: {type: int64, semantic: metric, description: Something more of it.}\n  ms:';
const withMore = (line: string): EventType =>
  eventTypeOf(PLAYED.replace('  ms:', line).replace('ms: 3}', 'ms: 3, more: 1}'));

test('every row of the contract is judged as it says', () => {
  assert.equal(judged('  ms:', optionalField), 'minor: add-optional-field fields.more');
  assert.equal(
    judged(
      '  email: {type: string, semantic: user.email, privacy: seal, optional: true, description: Address of the listener.}\n',
      '',
    ),
    'minor: drop-optional-field fields.email',
  );
  assert.equal(
    judged('type: string, semantic: content.id', 'type: string, optional: true, semantic: content.id'),
    'minor: require-less fields.track.optional',
  );
  assert.equal(judged('max: 1000', 'max: 2000'), 'minor: widen-limit fields.ms.max');
  assert.equal(judged('min: 0, ', ''), 'minor: widen-limit fields.ms.min');
  assert.equal(judged('retention: P400D', 'retention: P401D'), 'minor: keep-longer retention');
  assert.equal(judged('max: 1000', 'max: 999'), 'major: narrow-limit fields.ms.max');
  assert.equal(
    judged('privacy: seal, optional: true', 'privacy: token, optional: true'),
    'major: change-protection fields.email.privacy',
  );
  assert.equal(judged('semantic: metric', 'semantic: content.id'), 'major: change-meaning fields.ms.semantic');
  assert.equal(judged('retention: P400D', 'retention: P400D\nsampling: 0.5'), 'minor: change-sampling sampling');
  assert.equal(judged('retention: P400D', 'retention: P400D\ndaily_bytes: 1GB'), 'patch: rebudget daily_bytes');
  assert.equal(judged('type: int64, min: 0', 'type: float64, min: 0'), 'major: change-type fields.ms.type');
  assert.equal(judged('grain: hour', 'grain: day'), 'major: change-grain grain');
  assert.equal(judged('retention: P400D', 'retention: P399D'), 'major: keep-shorter retention');
  const moved = { ...deployed, purpose: QUALITY_PURPOSE };
  assert.deepEqual(
    compareEventTypes(deployed, moved).map(({ rule }) => rule),
    ['change-purpose'],
  );
  assert.equal(judged('A track was played', 'A whole track was played'), 'patch: reword description');
  assert.equal(
    judged('type: string, semantic: content.id', 'type: string, format: hostname, semantic: content.id').startsWith(
      'major: narrow-limit',
    ),
    true,
  );
});

test('a list of values may open up to any text, and not the other way round', () => {
  const withKind = (type: string): EventType =>
    eventTypeOf(
      PLAYED.replace(
        '  ms:',
        `  kind: {${type}, semantic: content.id, optional: true, description: Kind of it.}\n  ms:`,
      ),
    );
  const rules = (from: string, to: string): readonly string[] =>
    compareEventTypes(withKind(from), withKind(to)).map(({ rule }) => rule);
  const [values, text] = ['type: enum, values: [short, longer]', 'type: string, max_length: 6'];
  assert.deepEqual(rules(values, text), ['widen-limit']);
  assert.deepEqual(rules(text, values), ['change-type']);
  assert.deepEqual(rules(values, 'type: string, max_length: 5'), ['change-type']);
  assert.deepEqual(rules(values, "type: string, pattern: '[a-z]*'"), ['change-type']);
});

test('a required field breaks old senders, and its loss old readers', () => {
  const more = withMore(requiredField);
  assert.equal(levelOf(compareEventTypes(deployed, more)), 'major');
  assert.equal(levelOf(compareEventTypes(more, deployed)), 'major');
  const optional = compareEventTypes(withMore(requiredField.replace('semantic', 'optional: true, semantic')), more);
  assert.deepEqual(
    optional.map(({ rule }) => rule),
    ['require-more'],
  );
});

test('nothing changed is no change, and the order of fields does not matter', () => {
  assert.deepEqual(compareEventTypes(deployed, deployed), []);
  assert.deepEqual(compareEventTypes(deployed, { ...deployed, fields: deployed.fields.toReversed() }), []);
});

test('every rule says how much it asks', () => {
  assert.deepEqual(new Set(Object.values(CHANGE_RULES)), new Set(['patch', 'minor', 'major']));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deletionJob,
  deletionSql,
  remainingSql,
  stagingOf,
  tokenTable,
} from '#functions/privacy/erasures/row-statements.ts';

const ERASURE = '019a0000-0000-7000-8000-000000000001';

test('statements name a table of tokens, and no token', () => {
  const tokens = tokenTable(ERASURE);
  assert.equal(tokens, 'staging.erasing_019a0000_0000_7000_8000_000000000001');
  assert.equal(
    deletionSql('music.mails', ['subject', 'friend'], tokens),
    [
      'DELETE FROM `music.mails`',
      `WHERE \`subject\` IN (SELECT token FROM \`${tokens}\`)`,
      `  OR \`friend\` IN (SELECT token FROM \`${tokens}\`)`,
    ].join('\n'),
  );
  assert.equal(
    remainingSql('music.mails', ['subject'], tokens),
    [
      'SELECT COUNT(*) AS remaining',
      'FROM `music.mails`',
      `WHERE \`subject\` IN (SELECT token FROM \`${tokens}\`)`,
    ].join('\n'),
  );
});

test('a deletion is a job by a name that follows from it, and staged partitions of an endpoint are found by theirs', () => {
  assert.equal(deletionJob(ERASURE, 'music.mails', 2), `erase_${ERASURE}_music__mails_2`);
  assert.deepEqual(stagingOf('music.mails'), { dataset: 'staging', prefix: 'music__mails__' });
});

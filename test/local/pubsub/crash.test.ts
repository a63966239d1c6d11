import { test } from 'node:test';
import { crashRepeatedly } from './crash-run.ts';

test('killed at any moment while messages are published, consumed and acknowledged, no acknowledged message is lost', () =>
  crashRepeatedly(2));

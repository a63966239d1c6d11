import { test } from 'node:test';
import { crashRepeatedly } from './crash-run.ts';

test('killed twenty times while messages are published, consumed and acknowledged, no acknowledged message is lost', () =>
  crashRepeatedly(20));

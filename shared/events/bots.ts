// Owns telling programs that crawl or test from people, by what they say about themselves; such events are flagged, never dropped.
import { userAgentFamily } from '../privacy/generalise/user-agent-family.ts';
import { member } from './release.ts';

/** Browsers that a program drives, in lower case. Libraries and servers that send for people are no bots. */
const DRIVEN = [
  'headlesschrome/',
  'phantomjs/',
  'puppeteer',
  'playwright',
  'selenium',
  'cypress/',
  'electron-prerender',
];

/** Only this much of a user agent is looked at. */
const MAX_CHARS = 1024;

/** User agents whose answer is remembered: senders are many, their programs few. */
const MAX_REMEMBERED = 1000;
const remembered = new Map<string, boolean>();

/**
 * Whether an event was sent by a bot: by the user agent of its `context.userAgent`, which is where servers that send for browsers put
 * it, else by that of the request. Without either it was not, as far as anybody can tell.
 */
export function isByBot(event: unknown, requestUserAgent: string | undefined): boolean {
  const own = member(member(event, 'context'), 'userAgent');
  const userAgent = typeof own === 'string' ? own : requestUserAgent;
  return userAgent === undefined ? false : isBot(userAgent.slice(0, MAX_CHARS));
}

function isBot(userAgent: string): boolean {
  const known = remembered.get(userAgent);
  if (known !== undefined) return known;
  const text = userAgent.toLowerCase();
  const bot = DRIVEN.some((mark) => text.includes(mark)) || userAgentFamily(userAgent) === 'Bot';
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(userAgent, bot);
  return bot;
}

// Owns `trib events`: what failed and why, sending it again after a fix, and watching events arrive.
import type { Command } from 'commander';
import { registerBooks } from '../events/books.ts';
import { registerFailed } from '../events/failed.ts';
import { registerReplay } from '../events/replay.ts';
import { registerTail } from '../events/tail.ts';

export function registerEvents(program: Command): void {
  const events = program.command('events').description('events as they come, fail, and are sent again');
  registerFailed(events);
  registerReplay(events);
  registerTail(events);
  registerBooks(events);
}

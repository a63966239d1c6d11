// Owns the codes of `trib` itself.
import { caller, system } from './entry.ts';

/** Codes of the command line. */
export const CLI_CODES = {
  usage: caller('The command line is not understood.', 'Look at `trib help`.', { exit: 2 }),
  not_running: caller('No platform runs on this data folder.', 'Start it with `trib up`.'),
  already_running: caller('A platform runs on this data folder already.', 'Stop it with `trib down`.', { status: 409 }),
  port_taken: caller('A port that is needed is taken.', 'Stop what holds it, or choose another with --port.'),
  unreadable_file: caller('A file cannot be read.', 'Check the path and its rights.'),
  not_ready: system('A process did not become healthy in time.', 'Look at its log in the data folder.'),
  child_ended: system('A process of the platform ended by itself.', 'Look at its log in the data folder.'),
} as const;

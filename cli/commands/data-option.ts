// Owns the option that every command about a platform takes.
import { Option } from 'commander';

export interface DataOption {
  readonly data?: string;
}

/** `--data DIR`: which running platform a command talks to. */
export function dataOption(): Option {
  return new Option('--data <dir>', 'data folder of the platform (default: TRIBUTARY_DATA, else .tributary)');
}

// Owns the option of commands that work on declarations.
import { Option } from 'commander';

export interface RootOption {
  readonly root?: string;
}

/** `--root DIR`: whose declarations. */
export function rootOption(): Option {
  return new Option('--root <dir>', 'repository of the declarations (default: the one around the current folder)');
}

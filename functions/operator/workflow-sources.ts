// Owns reading the workflows that are deployed with this version of the platform.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SUFFIX = '.yaml';

/** Sources by name, of the YAML files of a folder; none when there is no such folder. */
export function readWorkflowSources(folder: string): Readonly<Record<string, string>> {
  const names = listed(folder).filter((file) => file.endsWith(SUFFIX));
  return Object.fromEntries(
    names.map((file) => [file.slice(0, -SUFFIX.length), readFileSync(join(folder, file), 'utf8')]),
  );
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    throw thrown;
  }
}

// Owns the image of a function as Google's build makes it of its zip: unpacked in a folder of its own, rebuilt, compiled.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';

/** What Google starts in an image, found by the name that npm gives it there. */
export const IMAGE_START = 'node_modules/.bin/functions-framework';

export interface FunctionImage {
  readonly folder: string;
  /** What the build has said. */
  readonly output: string;
  readonly remove: () => void;
}

/**
 * Does what the build does with vendored dependencies, in its order: `npm rebuild`, then the script `gcp-build`.
 * https://github.com/GoogleCloudPlatform/buildpacks/blob/main/cmd/nodejs/npm/lib/lib.go
 */
export async function buildImage(zip: string): Promise<FunctionImage> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-image-'));
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(zip)))) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  const rebuilt = await npm(folder, 'rebuild', '--offline');
  const compiled = await npm(folder, 'run', 'gcp-build');
  return {
    folder,
    output: `${rebuilt}${compiled}`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The node of this process, the npm of the machine. */
async function npm(folder: string, ...args: readonly string[]): Promise<string> {
  const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  const environment = { PATH: path, HOME: folder };
  const { stdout } = await promisify(execFile)('npm', [...args], { cwd: folder, env: environment });
  return stdout;
}

// Owns the zips that are deployed: one for each function, the same bytes for the same sources.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stop } from 'esbuild';
import { type Zippable, zipSync } from 'fflate';
import { FUNCTION_NAMES, type FunctionName } from '#shared/platform/base/names.ts';
import { bundleFunction } from './bundle.ts';
import { frameworkFiles, functionFiles, type ZipFiles } from './zip-files.ts';

/** What was built of one function. */
export interface BuiltFunction {
  readonly name: FunctionName;
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 of the zip, which Terraform names the deployed object by. */
  readonly digest: string;
}

/** The first moment that a zip can name, by the clock of wherever it is: a zip knows no time zones. */
const ZIP_EPOCH = new Date(1980, 0, 1);
const [UNIX, READABLE] = [3, 0o644];

/**
 * Writes `<name>.zip` for each function into a folder, and `<name>.map` beside it, by which the places in its crashes are found in
 * the sources; maps are not deployed.
 */
export async function buildFunctions(
  folder: string,
  names: readonly FunctionName[] = FUNCTION_NAMES,
): Promise<readonly BuiltFunction[]> {
  mkdirSync(folder, { recursive: true });
  try {
    const shared = await frameworkFiles();
    const built: BuiltFunction[] = [];
    // One at a time: each takes a few hundred megabytes.
    for (const name of names) {
      const bundled = await bundleFunction(name);
      const zip = zipOf({ ...shared, ...(await functionFiles(name, bundled)) });
      const file = join(folder, `${name}.zip`);
      writeFileSync(file, zip);
      writeFileSync(join(folder, `${name}.map`), bundled.map);
      built.push({ name, file, bytes: zip.length, digest: createHash('sha256').update(zip).digest('hex') });
    }
    return built;
  } finally {
    // It keeps a process otherwise.
    await stop();
  }
}

function zipOf(files: ZipFiles): Uint8Array {
  const names = Object.keys(files).toSorted();
  const entries: Zippable = Object.fromEntries(
    // Attributes of Unix are the upper half.
    names.map((name) => [name, [files[name] ?? new Uint8Array(), { os: UNIX, attrs: READABLE << 16 }]]),
  );
  return zipSync(entries, { mtime: ZIP_EPOCH, level: 9 });
}

// Owns the files of the built console: read once when the instance starts, held in memory, plain and compressed.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PlatformError } from '#shared/platform/platform-error.ts';

/** One file as it is sent. */
export interface Asset {
  readonly contentType: string;
  readonly body: Buffer;
  readonly gzip: Buffer;
  /** Of the plain body, without quotes. */
  readonly digest: string;
}

/** The files by name; without the page itself nothing was built. */
export type Assets = ReadonlyMap<string, Asset>;

/** The page at `/`; it names all other files. */
export const PAGE = 'index.html';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** The console is about a hundredth of it; a folder with more is the wrong one. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * The files of a folder that browsers are served; none when there is no folder.
 * @throws PlatformError configuration_invalid when it holds more than a console can
 */
export function readAssets(folder: string): Assets {
  const assets = new Map<string, Asset>();
  if (folder === '' || !existsSync(folder)) return assets;
  let bytes = 0;
  for (const name of readdirSync(folder).sort()) {
    const contentType = CONTENT_TYPES[extname(name)];
    if (contentType === undefined) continue;
    const body = readFileSync(join(folder, name));
    bytes += body.length;
    if (bytes > MAX_BYTES) {
      throw new PlatformError('configuration_invalid', {
        message: `The folder of the console holds more than ${MAX_BYTES} bytes.`,
        hint: 'Name the folder that the console was built into.',
      });
    }
    const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    assets.set(name, { contentType, body, gzip: gzipSync(body), digest });
  }
  return assets;
}

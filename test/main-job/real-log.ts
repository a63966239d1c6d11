// Owns the real access log, where it lies beside the project, with the figures published with it.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { AccessLog } from './access-log.ts';

const FILE = fileURLToPath(new URL('../../../shared/data/access-log.gz', import.meta.url));

/** The log, or why a test of it is skipped. */
export function realLog(): AccessLog | { readonly skip: string } {
  if (!existsSync(FILE))
    return { skip: 'the real access log (../shared/data/access-log.gz) is not beside the project' };
  const gzip = readFileSync(FILE);
  const lines = gunzipSync(gzip).toString('utf8').trim().split('\n');
  return {
    gzip,
    figures: {
      requests: 6000,
      clients: [...new Set(lines.map((line) => line.slice(0, line.indexOf(' '))))],
      byStatus: { '200': 5382, '304': 330, '404': 135, '301': 124, '206': 24, '500': 2, '416': 2, '403': 1 },
      byDay: { '2015-05-17': 1632, '2015-05-18': 2893, '2015-05-19': 1475 },
    },
  };
}

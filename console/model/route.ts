// Owns what the address of the page says: which endpoint is open, and which of its partitions is looked at.

export interface PageRoute {
  readonly endpoint: string | undefined;
  readonly partition: string | undefined;
}

const ENDPOINT = /^[a-z][a-z0-9]*\.[a-z][a-z0-9_]*$/;
const PARTITION = /^[0-9A-Za-z-]{3,13}$/;

/** What a fragment says; what it cannot mean is left out. */
export function parseRoute(fragment: string): PageRoute {
  const [, section = '', endpoint = '', partition = ''] = fragment.replace(/^#/, '').split('/').map(decode);
  if (section !== 'endpoints' || !ENDPOINT.test(endpoint)) return { endpoint: undefined, partition: undefined };
  return { endpoint, partition: PARTITION.test(partition) ? partition : undefined };
}

/** The fragment of an endpoint or one of its partitions, or of none. */
export function linkTo(endpoint?: string, partition?: string): string {
  if (endpoint === undefined) return '#/';
  return partition === undefined ? `#/endpoints/${endpoint}` : `#/endpoints/${endpoint}/${partition}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ''; // not an address of ours
  }
}

// Owns `trib events failed --by name`: by what names events came that nothing declares, for whoever moves tracking here.
import { PlatformError } from '#shared/platform/platform-error.ts';
import type { UndeclaredNamesAnswer } from '#shared/privacy/undeclared-names-shape.ts';
import type { DataOption } from '../commands/data-option.ts';
import { printJson, printTable, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';
import { sinceOf } from './since.ts';

interface Options extends DataOption {
  readonly type?: string;
  readonly reason?: string;
  readonly since: string;
  readonly list?: boolean;
  readonly people: string;
  readonly json?: boolean;
}

const NOW_WORDS = { undeclared: '', declared: 'declared: replay', dropped: 'dropped' } as const;

/** @throws PlatformError usage */
export async function tellNames({ data, type, reason, since, list, people, json }: Options): Promise<void> {
  if (type !== undefined || list === true)
    throw new PlatformError('usage', { message: '--by name goes with neither --type nor --list.' });
  const connection = connect(data);
  const found = await call<UndeclaredNamesAnswer>({
    url: `${connection.ready.privacy}/v1/failed-events:names`,
    bearer: tokenOf(connection, 'team'),
    body: { reason, since: sinceOf(since, Date.now()), minPeople: Number(people) },
  });
  if (json) {
    printJson(found);
    return;
  }
  printTable(
    ['events', 'people', 'protocol', 'write key', 'name', 'last', 'now'],
    found.names.map((each) => [
      String(each.events),
      String(each.people),
      each.protocol ?? 'native',
      each.writeKey,
      each.name ?? '(no text)',
      each.lastAt,
      NOW_WORDS[each.now],
    ]),
  );
  const { rare, looked, total, shredded, unreadable } = found;
  if (rare.names > 0)
    say(`${rare.events} more by ${rare.names} names that fewer than ${people} people sent; --people 1 tells those too`);
  if (looked < total) say(`counted in a sample of ${looked} of ${total} events`);
  if (shredded + unreadable > 0) say(`${shredded} shredded, ${unreadable} that cannot be read`);
  if (found.names.some(({ now }) => now === 'undeclared'))
    say('Declare them in events/, map or drop them in platform/sources/, apply, then `trib events replay`.');
}

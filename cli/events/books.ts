// Owns `trib events books`: what became of the events of the last hours, by hour and type.
import type { Command } from 'commander';
import type { BookList } from '#shared/metadata/api/book-shapes.ts';
import { dataOption, type DataOption } from '../commands/data-option.ts';
import { printJson, printTable, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';

interface Options extends DataOption {
  readonly hours: string;
  readonly json?: boolean;
}

const COLUMNS = ['received', 'accepted', 'duplicate', 'rejected', 'returned', 'kept'] as const;

export function registerBooks(events: Command): void {
  events
    .command('books')
    .description('received = accepted + duplicate + rejected + returned, by hour and type')
    .addOption(dataOption())
    .option('--hours <n>', 'the last so many', '24')
    .option('--json', 'for a program')
    .action(books);
}

async function books({ data, hours, json }: Options): Promise<void> {
  const connection = connect(data);
  const url = `${connection.ready.metadata}/v1/books?hours=${encodeURIComponent(hours)}`;
  const list = await call<BookList>({ url, bearer: tokenOf(connection, 'analyst') });
  if (json) {
    printJson(list.books);
    return;
  }
  printTable(
    ['hour', 'type', ...COLUMNS],
    list.books.map((row) => [row.hour, row.type, ...COLUMNS.map((column) => String(row[column]))]),
  );
  const wrong = list.books.filter(({ imbalance }) => imbalance !== 0);
  for (const { hour, type, imbalance } of wrong) say(`${hour} ${type}: ${imbalance} received without a verdict`);
  say('How partitions were reconciled: trib sql "SELECT * FROM platform.reconciliations WHERE NOT balanced"');
}

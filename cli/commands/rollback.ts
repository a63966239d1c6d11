// Owns `trib rollback`: back to a catalog that was in force.
import type { Command } from 'commander';
import type { OperatorAddress } from '../catalog/operator-client.ts';
import { printJson, printTable, say } from '../output/streams.ts';
import { connect, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly list?: boolean;
  readonly json?: boolean;
}

export function registerRollback(program: Command): void {
  program
    .command('rollback [digest]')
    .description('bring the catalog into force again that was before, or one by its digest; deletes nothing')
    .addOption(dataOption())
    .option('--list', 'tell which catalogs were in force, and change nothing')
    .option('--json', 'for a program')
    .action(async (digest: string | undefined, options: Options) => {
      const connection = connect(options.data);
      const operator = { url: connection.ready.operator, bearer: tokenOf(connection, 'admin') };
      await (options.list ? list(operator, options) : goBack(operator, digest, options));
    });
}

async function goBack(operator: OperatorAddress, digest: string | undefined, { json }: Options): Promise<void> {
  const { requestRollback } = await import('../catalog/operator-client.ts');
  const report = await requestRollback(operator, digest);
  if (json) return printJson(report);
  const [now, from] = [report.digest, report.from].map((one) => one.slice(0, 12));
  if (!report.moved) return say(`Catalog ${now} is in force already.`);
  say(`Catalog ${now} is in force again in place of ${from}; collectors adopt it within seconds.`);
  if (report.made > 0) say(`${report.made} resources had to be made again.`);
  say('Revert the declarations too: the next `trib apply` brings them into force as they are.');
}

async function list(operator: OperatorAddress, { json }: Options): Promise<void> {
  const { pastCatalogs } = await import('../catalog/operator-client.ts');
  const past = await pastCatalogs(operator);
  if (json) return printJson(past);
  printTable(
    ['catalog', 'in force since', ''],
    past.catalogs.map(({ digest, appliedAt, inForce }) => [digest.slice(0, 12), appliedAt, inForce ? 'now' : '']),
  );
}

// Owns `trib epoch`: the epochs under which keys are wrapped, and ending one before its time.
import type { Command } from 'commander';
import { printJson, printTable, say } from '../output/streams.ts';
import { call, connect, tokenOf } from '../platform/connection.ts';
import { dataOption, type DataOption } from './data-option.ts';

interface Options extends DataOption {
  readonly json?: boolean;
}

interface Rotation {
  readonly epoch: string;
  readonly successor: string;
  readonly state: string;
  readonly since: string;
  readonly moved: number;
  readonly scanned: number;
}

interface Epochs {
  readonly epochs: readonly { readonly id: string; readonly state: string; readonly openedAt: string }[];
  readonly rotations: readonly Rotation[];
}

export function registerEpoch(program: Command): void {
  const epoch = program
    .command('epoch')
    .description('periods whose keys are wrapped under one key version, then destroyed');
  epoch
    .command('list')
    .description('every epoch, and how far it is on its way to being destroyed')
    .addOption(dataOption())
    .option('--json', 'for a program')
    .action(list);
  epoch
    .command('rotate')
    .description('end the epoch that is open now: move its keys on, prove it, destroy its key version two days later')
    .addOption(dataOption())
    .option('--json', 'for a program')
    .action(rotate);
}

async function list({ data, json }: Options): Promise<void> {
  const known = await callPrivacy<Epochs>(data, '/v1/epochs');
  if (json) {
    printJson(known);
    return;
  }
  const rows = known.epochs.map(({ id, state, openedAt }) => {
    const rotation = known.rotations.find((each) => each.epoch === id);
    return [id, state, openedAt, rotation === undefined ? '' : `${rotation.state} since ${rotation.since}`];
  });
  printTable(['epoch', 'state', 'opened', 'rotation'], rows);
}

/** The workflow of the day takes it to its end, which takes days; this begins it, so that new keys are wrapped anew within a minute. */
async function rotate({ data, json }: Options): Promise<void> {
  const { epochs } = await callPrivacy<Epochs>(data, '/v1/epochs');
  const open = epochs.findLast(({ state }) => state === 'open');
  const { rotation } = await callPrivacy<{ readonly rotation?: Rotation }>(data, '/v1/rotations', {
    epoch: open?.id ?? '',
  });
  if (json) printJson(rotation);
  else
    say(
      `epoch ${rotation?.epoch ?? ''} ends, ${rotation?.successor ?? ''} follows; it goes on by itself, look at \`trib epoch list\``,
    );
}

function callPrivacy<Answer>(data: string | undefined, path: string, body?: object): Promise<Answer> {
  const connection = connect(data);
  const bearer = tokenOf(connection, 'compliance');
  return call<Answer>({ url: `${connection.ready.privacy}${path}`, bearer, ...(body === undefined ? {} : { body }) });
}

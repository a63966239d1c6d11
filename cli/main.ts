// Owns the command line: one noun a file, one place where failures become words and exit codes.
import { Command, CommanderError } from 'commander';
import { exitCode } from '#shared/platform/error-codes.ts';
import { registerApply } from './commands/apply.ts';
import { registerBuild } from './commands/build.ts';
import { registerCertificate } from './commands/certificate.ts';
import { registerCloud } from './commands/cloud.ts';
import { registerCompile } from './commands/compile.ts';
import { registerDown } from './commands/down.ts';
import { registerEnv } from './commands/env.ts';
import { registerEpoch } from './commands/epoch.ts';
import { registerErase } from './commands/erase.ts';
import { registerEvents } from './commands/events.ts';
import { registerExec } from './commands/exec.ts';
import { registerExport } from './commands/export.ts';
import { registerCanary } from './commands/canary.ts';
import { registerHold } from './commands/hold.ts';
import { registerKey } from './commands/key.ts';
import { registerPartitions } from './commands/partitions.ts';
import { registerPlan } from './commands/plan.ts';
import { registerReactivate } from './commands/reactivate.ts';
import { registerRecords } from './commands/records.ts';
import { registerRollback } from './commands/rollback.ts';
import { registerRun } from './commands/run.ts';
import { registerSdk } from './commands/sdk.ts';
import { registerSend } from './commands/send.ts';
import { registerSql } from './commands/sql.ts';
import { registerStatus } from './commands/status.ts';
import { registerTest } from './commands/test.ts';
import { registerUp } from './commands/up.ts';
import { describeFailure } from './output/failure.ts';
import { say } from './output/streams.ts';

const program = new Command('trib')
  .description('Tributary: a serverless data platform on Google Cloud, whole on one laptop.')
  .showHelpAfterError('(look at `trib help`)')
  .enablePositionalOptions()
  .exitOverride();

const COMMANDS = [
  registerUp,
  registerDown,
  registerStatus,
  registerCompile,
  registerTest,
  registerPlan,
  registerApply,
  registerRollback,
  registerSend,
  registerKey,
  registerEvents,
  registerPartitions,
  registerRecords,
  registerRun,
  registerSql,
  registerEpoch,
  registerExport,
  registerErase,
  registerReactivate,
  registerCanary,
  registerHold,
  registerCertificate,
  registerSdk,
  registerEnv,
  registerExec,
  registerCloud,
  registerBuild,
];
for (const register of COMMANDS) register(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; help and version are no failure.
    process.exitCode = error.exitCode === 0 ? 0 : exitCode('usage');
  } else {
    const failure = describeFailure(error);
    say(failure.text);
    process.exitCode = failure.exitCode;
  }
}

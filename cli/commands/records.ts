// Owns `trib records`: the records of processing activities, generated from the declarations.
import type { Command } from 'commander';
import { printJson } from '../output/streams.ts';
import { repositoryRoot } from '../catalog/repository-place.ts';
import { rootOption, type RootOption } from './root-option.ts';

interface Options extends RootOption {
  readonly json?: boolean;
}

export function registerRecords(program: Command): void {
  program
    .command('records')
    .description('records of processing activities (Art. 30 GDPR), generated from the declarations')
    .addOption(rootOption())
    .option('--json', 'for a program; else Markdown')
    .action(async ({ root, json }: Options) => {
      // Loaded by the command that needs it: the compiler is large.
      const { compileRepository, declarationsInvalid } = await import('../catalog/repository.ts');
      const { processingRecords, processingRecordsText, SECURITY_MEASURES } =
        await import('#shared/privacy/export/processing-records.ts');
      const compiled = compileRepository(repositoryRoot(root));
      if (compiled.kind === 'failed') throw declarationsInvalid(compiled.problems);
      const records = processingRecords(compiled.catalog);
      if (json) printJson({ activities: records, security: SECURITY_MEASURES });
      else process.stdout.write(processingRecordsText(records));
    });
}

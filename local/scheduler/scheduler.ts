/** Cloud Scheduler: jobs that call HTTP targets and publish messages on a schedule. */
import { join } from 'node:path';
import type { CloudContext, CloudService } from '../host/service.ts';
import { openStore } from '../primitives/store.ts';
import { SCHEDULER_TABLES } from './job-store.ts';
import { jobMethods } from './jobs.ts';
import { createRunner } from './runner.ts';

export function createScheduler(context: CloudContext): CloudService {
  const { clock, log, outbound } = context;
  const store = openStore(join(context.dataDir, 'scheduler.db'), [SCHEDULER_TABLES]);
  const runner = createRunner({ store, clock, outbound, log });
  return {
    grpc: [{ name: 'google.cloud.scheduler.v1.CloudScheduler', methods: jobMethods({ store, clock, runner }) }],
    start: async () => runner.start(),
    async stop() {
      await runner.stop();
      store.close();
    },
  };
}

/** Workflows and Executions: deployed workflows, and runs of them that outlive the process. */
import { join } from 'node:path';
import type { CloudContext, CloudService } from '../host/service.ts';
import { openStore } from '../primitives/store.ts';
import { createCallbacks } from './callbacks.ts';
import { definitionMethods } from './definitions.ts';
import { cancelAll, executionMethods } from './executions.ts';
import { MAX_CONCURRENT_EXECUTIONS } from './limits.ts';
import { createOperations } from './operations.ts';
import { createRunner } from './runner.ts';
import { WORKFLOWS_TABLES } from './tables.ts';
import { createTokens } from './tokens.ts';

export function createWorkflows(context: CloudContext): CloudService {
  const { clock, log, outbound } = context;
  const store = openStore(join(context.dataDir, 'workflows.db'), [WORKFLOWS_TABLES]);
  const callbacks = createCallbacks(store, clock);
  const tokens = createTokens(outbound, clock);
  const runner = createRunner({
    store,
    clock,
    log,
    outbound,
    tokens,
    callbacks,
    maxConcurrent: MAX_CONCURRENT_EXECUTIONS,
  });
  const operations = createOperations(store, clock);
  const running = { store, clock, runner };
  return {
    grpc: [
      {
        name: 'google.cloud.workflows.v1.Workflows',
        methods: definitionMethods({
          store,
          clock,
          operations,
          cancelAll: (workflow) => cancelAll(running, workflow),
        }),
      },
      { name: 'google.cloud.workflows.executions.v1.Executions', methods: executionMethods(running) },
      { name: 'google.longrunning.Operations', methods: operations.methods },
    ],
    rest: [...operations.rest, ...callbacks.rest],
    start: async () => runner.start(),
    async stop() {
      await runner.stop();
      store.close();
    },
  };
}

/** Shortcuts over the real clients of Workflows for tests. Import after the test cloud has started. */
import { ExecutionsClient, type protos } from '@google-cloud/workflows';
import { WorkflowsClient } from '@google-cloud/workflows-v4';
import { TEST_PROJECT } from '#test/local/cloud-harness.ts';

export const LOCATION = `projects/${TEST_PROJECT}/locations/europe-west1`;

type Execution = protos.google.cloud.workflows.executions.v1.IExecution;

export interface TestWorkflows {
  readonly workflows: WorkflowsClient;
  readonly executions: ExecutionsClient;
  /** Deploys a source and returns the workflow's name. */
  readonly deploy: (workflowId: string, sourceContents: string, more?: object) => Promise<string>;
  /** Starts an execution. */
  readonly start: (workflow: string, argument?: unknown) => Promise<Execution>;
  /** Waits until an execution has ended. */
  readonly ended: (name: string) => Promise<Execution>;
  /** Runs a source to its end. */
  readonly run: (workflowId: string, source: string, argument?: unknown) => Promise<Execution>;
}

export function openTestWorkflows(): TestWorkflows {
  const workflows = new WorkflowsClient();
  const executions = new ExecutionsClient();
  const deploy: TestWorkflows['deploy'] = async (workflowId, sourceContents, more = {}) => {
    const workflow = { sourceContents, ...more };
    const [operation] = await workflows.createWorkflow({ parent: LOCATION, workflowId, workflow });
    await operation.promise();
    return `${LOCATION}/workflows/${workflowId}`;
  };
  const start: TestWorkflows['start'] = async (parent, argument) => {
    const execution = argument === undefined ? {} : { argument: JSON.stringify(argument) };
    const [started] = await executions.createExecution({ parent, execution });
    return started;
  };
  const ended: TestWorkflows['ended'] = async (name) => {
    for (;;) {
      const [execution] = await executions.getExecution({ name });
      if (execution.state !== 'ACTIVE' && execution.state !== 'QUEUED') return execution;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    workflows,
    executions,
    deploy,
    start,
    ended,
    async run(workflowId, source, argument) {
      const started = await start(await deploy(workflowId, source), argument);
      return ended(started.name!);
    },
  };
}

// Owns starting executions of workflows and asking after them.
import { ExecutionsClient } from '@google-cloud/workflows';
import type { Place } from '../platform/base/resources.ts';
import { statusOf, toPlatformError } from './failure.ts';

/** Executions of the project's workflows. Calls reject with a PlatformError when the service cannot be reached or refuses. */
export interface Executions {
  /** Starts a workflow with an argument that JSON can carry; answers the name of the execution. */
  start(workflow: string, argument: object): Promise<string>;
  /** Whether an execution goes on. One that is forgotten, after 90 days at most, has ended. */
  state(name: string): Promise<'active' | 'ended'>;
}

/** States in which an execution still goes on: https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions#State */
const ACTIVE_STATES: ReadonlySet<string> = new Set(['ACTIVE', 'QUEUED', 'STATE_UNSPECIFIED']);

export function createExecutions({ projectId, region }: Place): Executions {
  let client: ExecutionsClient | undefined;
  const connected = (): ExecutionsClient => (client ??= new ExecutionsClient());
  return {
    async start(workflow, argument) {
      const parent = `projects/${projectId}/locations/${region}/workflows/${workflow}`;
      try {
        const [execution] = await connected().createExecution({
          parent,
          execution: { argument: JSON.stringify(argument) },
        });
        return execution.name ?? '';
      } catch (error) {
        throw toPlatformError(error);
      }
    },
    async state(name) {
      try {
        const [execution] = await connected().getExecution({ name, view: 'BASIC' });
        return ACTIVE_STATES.has(String(execution.state ?? 'STATE_UNSPECIFIED')) ? 'active' : 'ended';
      } catch (error) {
        if (statusOf(error) === 404) return 'ended';
        throw toPlatformError(error);
      }
    },
  };
}

// Owns workflows of Cloud Workflows as the operator keeps them.
import { protos, type WorkflowsClient } from '@google-cloud/workflows-v4';
import type { WorkflowResource } from '../catalog/operator/resource.ts';
import { toPlatformError } from './failure.ts';
import { labelsFrom } from './labels.ts';
import { change, createOnce, readIfThere, removeOnce } from './resource-failure.ts';

/** `projects/P/locations/R`. */
type Location = string;

/** Names of every workflow of a location, with its labels. */
export async function listWorkflows(
  client: WorkflowsClient,
  parent: Location,
): Promise<readonly Pick<WorkflowResource, 'name' | 'labels'>[]> {
  const [workflows] = await client.listWorkflows({ parent }).catch((error: unknown) => {
    throw toPlatformError(error);
  });
  return workflows.map(({ name, labels }) => ({ name: lastPart(name), labels: labelsFrom(labels) }));
}

/** The workflow, if there is one; a list does not tell all of it. */
export async function readWorkflow(
  client: WorkflowsClient,
  parent: Location,
  name: string,
): Promise<WorkflowResource | undefined> {
  const found = await readIfThere({ kind: 'workflow', name }, () =>
    client.getWorkflow({ name: `${parent}/workflows/${name}` }),
  );
  if (found === undefined) return undefined;
  const [{ description, sourceContents, serviceAccount, userEnvVars, labels }] = found;
  return {
    kind: 'workflow',
    name,
    description: description ?? '',
    source: sourceContents ?? '',
    // Answered as projects/P/serviceAccounts/EMAIL, whatever was asked.
    serviceAccount: lastPart(serviceAccount),
    environment: userEnvVars ?? {},
    labels: labelsFrom(labels),
  };
}

export function createWorkflow(
  client: WorkflowsClient,
  parent: Location,
  resource: WorkflowResource,
): Promise<'created' | 'exists'> {
  return createOnce(resource, async () => {
    const [operation] = await client.createWorkflow({
      parent,
      workflowId: resource.name,
      workflow: definition(resource),
    });
    await operation.promise();
  });
}

export function updateWorkflow(client: WorkflowsClient, parent: Location, target: WorkflowResource): Promise<void> {
  return change(target, async () => {
    const workflow = definition(target);
    const paths = ['description', 'source_contents', 'service_account', 'user_env_vars', 'labels', 'call_log_level'];
    const [operation] = await client.updateWorkflow({
      workflow: { ...workflow, name: `${parent}/workflows/${target.name}` },
      updateMask: { paths },
    });
    await operation.promise();
  });
}

export function removeWorkflow(client: WorkflowsClient, parent: Location, resource: WorkflowResource): Promise<void> {
  return removeOnce(resource, async () => {
    const [operation] = await client.deleteWorkflow({ name: `${parent}/workflows/${resource.name}` });
    await operation.promise();
  });
}

function definition(resource: WorkflowResource): protos.google.cloud.workflows.v1.IWorkflow {
  const { description, source, serviceAccount, environment, labels } = resource;
  return {
    description,
    sourceContents: source,
    serviceAccount,
    userEnvVars: { ...environment },
    labels: { ...labels },
    // Arguments hold ids only, but a log of every call would cost more than the calls.
    callLogLevel: protos.google.cloud.workflows.v1.Workflow.CallLogLevel.LOG_ERRORS_ONLY,
  };
}

function lastPart(name: string | null | undefined): string {
  return (name ?? '').slice((name ?? '').lastIndexOf('/') + 1);
}

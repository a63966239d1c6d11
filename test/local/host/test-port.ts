/** A port with routes and methods of a test's own, without the services of the cloud. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { ensureCertificate } from '#local/host/certificate.ts';
import { createGrpcHost, type GrpcHost } from '#local/host/grpc-host.ts';
import { createHttpHost } from '#local/host/http-host.ts';
import { openPort } from '#local/host/port.ts';
import { loadProtos } from '#local/host/protos.ts';
import { createRestRouter } from '#local/host/rest-router.ts';
import type { GrpcService, RestRoute } from '#local/host/service.ts';
import { transcodedRoutes } from '#local/host/transcoder.ts';
import { createFaults, type Faults } from '#local/primitives/faults.ts';
import { createLog } from '#local/primitives/log.ts';

export interface TestPort {
  readonly port: number;
  readonly url: string;
  /** The authority's certificate, PEM. */
  readonly authority: string;
  readonly faults: Faults;
  readonly grpc: GrpcHost;
  /** Log entries as parsed JSON. */
  readonly logged: readonly Record<string, unknown>[];
}

export async function openTestPort(parts: {
  readonly rest?: readonly RestRoute[];
  readonly grpc?: readonly GrpcService[];
}): Promise<TestPort> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-port-'));
  const certificate = await ensureCertificate(dataDir);
  const logged: Record<string, unknown>[] = [];
  const log = createLog('DEBUG', (line) => logged.push(JSON.parse(line) as Record<string, unknown>));
  const faults = createFaults();
  const root = loadProtos();
  const services = parts.grpc ?? [];
  const grpc = createGrpcHost({ root, services, faults, log });
  const router = createRestRouter([...(parts.rest ?? []), ...transcodedRoutes(root, services)]);
  const opened = await openPort(0, { http: createHttpHost({ router, faults, log }), grpc, certificate, log });
  after(async () => {
    await grpc.close();
    await opened.close();
    rmSync(dataDir, { recursive: true });
  });
  return {
    port: opened.number,
    url: `http://127.0.0.1:${opened.number}`,
    authority: readFileSync(certificate.authorityFile, 'utf8'),
    faults,
    grpc,
    logged,
  };
}

/** A route that answers errors in the style of APIs defined by protos, unless said otherwise. */
export function testRoute(
  method: RestRoute['method'],
  path: string,
  handle: RestRoute['handle'],
  errors: RestRoute['errors'] = 'rpc',
): RestRoute {
  return { method, path, id: `test.${path}`, errors, handle };
}

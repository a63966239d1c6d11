/** A cloud and Google's storage client on it, for the tests of Cloud Storage. */
import type { Bucket, CreateBucketRequest, Storage } from '@google-cloud/storage';
import { startTestCloud, type TestCloud } from '#test/local/cloud-harness.ts';

export interface StorageUnderTest {
  readonly cloud: TestCloud;
  readonly storage: Storage;
  /** A bucket of its own for a test, without soft delete unless asked for. */
  readonly newBucket: (options?: CreateBucketRequest) => Promise<Bucket>;
  /** Restarts the cloud, and lets the client notice that its connections are cut. */
  readonly restart: () => Promise<void>;
}

export async function startStorage(options: { readonly frozen?: boolean } = {}): Promise<StorageUnderTest> {
  const cloud = await startTestCloud(options);
  const { Storage } = await import('@google-cloud/storage');
  const storage = new Storage({ retryOptions: { autoRetry: false } });
  let count = 0;
  return {
    cloud,
    storage,
    async newBucket(asked = {}) {
      count += 1;
      const softDeletePolicy = { retentionDurationSeconds: 0 };
      const [bucket] = await storage.createBucket(`bucket-${count}`, { softDeletePolicy, ...asked });
      return bucket;
    },
    async restart() {
      const { url } = cloud;
      await cloud.restart(async () => {
        for (let call = 0; call < 3; call += 1) await fetch(url).catch(() => undefined);
      });
    },
  };
}

/** What an error of the client must look like: status, reason and message as Google's. */
export function refusal(code: number, reason: string, message: RegExp | string): (error: unknown) => boolean {
  return (error) => {
    const {
      code: status,
      errors,
      message: text,
    } = error as { code: number; message: string; errors?: { reason: string }[] };
    if (status !== code) throw new Error(`expected status ${code}, got ${status}: ${text}`);
    if (errors?.[0]?.reason !== reason) throw new Error(`expected reason ${reason}, got ${errors?.[0]?.reason}`);
    const fits = typeof message === 'string' ? text === message : message.test(text);
    if (!fits) throw new Error(`expected message ${message}, got ${text}`);
    return true;
  };
}

/** Makes what was created in a folder stay there over a power cut. */
import { closeSync, fsyncSync, openSync } from 'node:fs';

/** A new file or folder is only surely found again once the folder that lists it is synced. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Which names objects may have. Source: https://cloud.google.com/storage/docs/objects#naming */
import { invalid, required } from '../errors.ts';
import { MAX_OBJECT_NAME_BYTES } from '../limits.ts';

/**
 * The name as it is, when an object may have it.
 * @throws ApiError INVALID_ARGUMENT
 */
export function objectName(name: string | null | undefined): string {
  if (name === null || name === undefined || name === '') throw required('name');
  if (/[\r\n]/.test(name) || name === '.' || name === '..' || !name.isWellFormed()) {
    throw invalid('Disallowed unicode characters present in object name', 'name');
  }
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_OBJECT_NAME_BYTES) {
    throw invalid(
      `The maximum object length is ${MAX_OBJECT_NAME_BYTES} characters, but got a name with ${bytes} characters: ''${name.slice(0, 32)}...''`,
      'name',
    );
  }
  return name;
}

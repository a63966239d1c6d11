/** Finds the conformance files beside this one. */

import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { readCaseFile, type ConformanceFile } from './case-file.ts';

const FOLDER = new URL('cases/', import.meta.url);

/** A file of cases with what its first line says it is about. */
export interface ConformanceArea extends ConformanceFile {
  readonly subject: string;
  readonly lines: number;
}

/** Every file of cases in order of name. */
export function conformanceAreas(): readonly ConformanceArea[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.cases'))
    .toSorted()
    .map((file) => {
      const text = readFileSync(new URL(file, FOLDER), 'utf8');
      const [first = ''] = text.split('\n');
      const subject = first.replace(/^#\s*/, '').replace(/\.$/, '');
      return { ...readCaseFile(basename(file, '.cases'), text), subject, lines: text.trimEnd().split('\n').length };
    });
}

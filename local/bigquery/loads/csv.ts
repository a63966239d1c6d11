/** Reads CSV as load jobs do: records of text, one problem at a time. Source: RFC 4180, and REST `JobConfigurationLoad` */
import type { CsvOptions } from '../jobs/load-configuration.ts';

/** A value is null when it is the null marker, unquoted. */
export type CsvRecord =
  | { readonly kind: 'values'; readonly values: readonly (string | null)[] }
  | { readonly kind: 'bad'; readonly message: string };

/** Takes text piece by piece; a record is answered once it is known to be complete. */
export interface CsvReader {
  push(text: string): CsvRecord[];
  end(): CsvRecord[];
}

type Place = 'start' | 'plain' | 'quoted' | 'closing' | 'skipping';

export function createCsvReader(options: CsvOptions): CsvReader {
  const { delimiter, quote, nullMarker, allowQuotedNewlines } = options;
  let place: Place = 'start';
  let value = '';
  let wasQuoted = false;
  let values: (string | null)[] = [];
  let problem = '';
  let toSkip = options.skipLeadingRows;
  let found: CsvRecord[] = [];

  const endValue = (): void => {
    values.push(!wasQuoted && value === nullMarker ? null : value);
    value = '';
    wasQuoted = false;
    place = 'start';
  };

  const endRecord = (): void => {
    const blank = values.length === 0 && value === '' && !wasQuoted && problem === '';
    if (!blank) {
      endValue();
      if (toSkip > 0) toSkip -= 1;
      else found.push(problem === '' ? { kind: 'values', values } : { kind: 'bad', message: problem });
    }
    values = [];
    value = '';
    problem = '';
    wasQuoted = false;
    place = 'start';
  };

  const fail = (message: string): void => {
    problem = message;
    place = 'skipping';
  };

  const inQuotes = (character: string): void => {
    if (character === quote) place = 'closing';
    else if (character === '\n' && !allowQuotedNewlines) {
      fail(`Missing close double quote (${quote}) character.`);
      endRecord();
    } else value += character;
  };

  const outside = (character: string): void => {
    if (character === '\n') endRecord();
    else if (place === 'skipping' || character === '\r') return;
    else if (character === delimiter) endValue();
    else if (place === 'start' && quote !== '' && character === quote) {
      place = 'quoted';
      wasQuoted = true;
    } else if (place === 'closing') fail(`Data between close double quote (${quote}) and field separator.`);
    else {
      place = 'plain';
      value += character;
    }
  };

  const step = (character: string): void => {
    if (place === 'quoted') inQuotes(character);
    else if (place === 'closing' && character === quote) {
      value += quote;
      place = 'quoted';
    } else outside(character);
  };

  const taken = (): CsvRecord[] => {
    const records = found;
    found = [];
    return records;
  };

  return {
    push(text) {
      for (const character of text) step(character);
      return taken();
    },
    end() {
      if (place === 'quoted') fail(`Missing close double quote (${quote}) character.`);
      endRecord();
      return taken();
    },
  };
}

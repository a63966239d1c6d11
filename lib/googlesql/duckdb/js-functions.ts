/** Every JavaScript function that generated SQL may call. */

import { bytesFunctions } from './js/bytes.ts';
import { castFormatFunctions } from './js/cast-formats.ts';
import { decimalFunctions } from './js/decimals.ts';
import { intervalFunctions } from './js/intervals.ts';
import type { JsFunction } from './js/define.ts';
import { jsonChangeFunctions } from './js/json-changes.ts';
import { jsonFunctions } from './js/jsons.ts';
import { keysetFunctions } from './js/keysets.ts';
import { numberFunctions } from './js/numbers.ts';
import { regexpFunctions } from './js/regexps.ts';
import { statisticFunctions } from './js/statistics.ts';
import { stringFunctions } from './js/strings.ts';
import { timeFunctions } from './js/times.ts';

export const jsFunctions: readonly JsFunction[] = [
  ...stringFunctions,
  ...bytesFunctions,
  ...castFormatFunctions,
  ...regexpFunctions,
  ...numberFunctions,
  ...decimalFunctions,
  ...timeFunctions,
  ...intervalFunctions,
  ...jsonFunctions,
  ...jsonChangeFunctions,
  ...keysetFunctions,
  ...statisticFunctions,
];

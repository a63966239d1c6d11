// The operator as a function: makes the cloud follow the catalog.
import { serveFunction } from '#shared/http/function-host.ts';
import { createOperator } from './wire.ts';

const operator = createOperator(process.env);
serveFunction('operator', operator.handle, () => operator.stop());

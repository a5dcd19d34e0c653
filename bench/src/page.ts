// The page of the benchmark: does errands for the process that opened it.
import { errands } from './errands.ts';

declare global {
  var benchErrands: typeof errands;
}

globalThis.benchErrands = errands;

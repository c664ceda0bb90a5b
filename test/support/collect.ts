/** Has V8 let go of what nobody holds any more, before memory is measured. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export function collect(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** What the laboratory says while it prepares. */
import { progressOf } from '../../support/progress.ts';

export const { say, told } = progressOf('lab');

import { Trouble } from '../../platform/trouble.ts';

/** A step whose entry or exit is not as it must be: nothing was changed. */
export class StepRefused extends Trouble {}

/** Exit codes: what was asked for is done, it failed, it could not be asked like that, or a signal stopped it. */
export const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130, terminated: 143 } as const;

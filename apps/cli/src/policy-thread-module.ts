/** The module of the thread in which policies play: beside the program, and among the sources. */
export const POLICY_THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './watch/policy-thread.ts' : './policy-thread.js',
  import.meta.url,
);

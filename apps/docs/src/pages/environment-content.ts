/** What is written by hand about every environment, in the order of its page; in between come its options and presets. */
export const environmentSections = ['Observation', 'Actions', 'Rewards', 'Ends', 'Versions and differences'] as const;

export type EnvironmentSection = (typeof environmentSections)[number];

/**
 * Reads what is written about the environments of one source file.
 * @param name of the file, named in errors @throws Error when a section is missing, empty, unknown or in another order
 */
export function parseEnvironment(name: string, text: string): Readonly<Record<EnvironmentSection, string>> {
  const parts = text
    .split(/^## /m)
    .slice(1)
    .map(part => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()] as const);
  const found = parts.map(([heading]) => heading).join(', ');
  if (found !== environmentSections.join(', ') || parts.some(([, content]) => content === '')) {
    throw new Error(
      `parseEnvironment: ${name}.md must say something in each of ${environmentSections.join(', ')}, got ${found || 'nothing'}. Write it.`,
    );
  }
  return Object.fromEntries(parts) as Readonly<Record<EnvironmentSection, string>>;
}

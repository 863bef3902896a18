/** Colours of pictures on white, and what stands for them on a dark page: those of `linePlot`, and of GitHub's greys. */
const darkColors: Readonly<Record<string, string>> = {
  '#ffffff': '#1b1b1f',
  '#24292f': '#dfdfd6',
  '#57606a': '#a8a8a0',
  '#8c959f': '#55585f',
  '#d0d7de': '#3c3f44',
  '#e1e4e8': '#3c3f44',
  '#0072b2': '#5aa9e6',
  '#d55e00': '#f08a4b',
  '#009e73': '#3fc79a',
};

/**
 * A picture that was drawn for white paper, for a dark page.
 * @param name in errors @throws Error when it has a colour that nothing stands for
 */
export function darkSvg(name: string, svg: string): string {
  return svg.replaceAll(/#[0-9a-f]{6}\b/gi, color => {
    const dark = darkColors[color.toLowerCase()];
    if (!dark) throw new Error(`darkSvg: ${name} must have known colours, got ${color}. Say what it is on a dark page.`);
    return dark;
  });
}

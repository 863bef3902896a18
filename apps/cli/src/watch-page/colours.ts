/** Colours of lines, each told apart from its neighbours and from the ground in its theme. */
const LIGHT = ['#2f6b9a', '#c2571a', '#2e8540', '#8f4fa8', '#b3362f', '#0f8080', '#86690f', '#b8327f', '#4d58c4', '#5b6770'];
const DARK = ['#82b6df', '#f0a35e', '#7cc58a', '#c69ae0', '#ec8079', '#5fc9c3', '#d6bb60', '#ee8fc6', '#9aa4f5', '#aab4bc'];

/** How a line is drawn. When the colours are used up they begin anew, dashed, then dotted. */
export interface LineStyle {
  readonly colour: string;
  readonly dash: readonly number[];
}

const DASHES = [[], [6, 4], [2, 3]] as const;

export function lineStyle(index: number, isDark: boolean): LineStyle {
  const colours = isDark ? DARK : LIGHT;
  return { colour: colours[index % colours.length], dash: DASHES[Math.floor(index / colours.length) % DASHES.length] };
}

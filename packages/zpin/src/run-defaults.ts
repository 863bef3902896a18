/** Steps of a run without preset that does not say how many. */
export const DEFAULT_STEPS = 100_000;
/** Greedy episodes of an evaluation that does not say how many. */
export const DEFAULT_EVALUATION_EPISODES = 100;
/** Kinds of films: an animated GIF, a video, or a folder with a picture of each step. */
export const FILM_FORMATS = ['gif', 'mp4', 'png'] as const;

export type FilmFormat = (typeof FILM_FORMATS)[number];

/** Copies of the environment that evaluation plays at once. */
export const EVALUATION_COPIES = 10;

import { InputError } from '@zpin/contracts';
import { filmEpisode } from './film-episode.ts';
import type { RunParts } from './run-parts.ts';

/** Steps after which an episode that is filmed is cut off. */
const FILM_STEPS = 500;

/** Films greedy episodes while a run trains, each time that so many steps are done. */
export class RunFilms {
  readonly #parts: RunParts;
  /** Step of the last film; null before the first look. */
  #last: number | null = null;
  #cannotFilm = false;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /**
   * Films an episode where one is due: at the same steps, whether the run was stopped or not.
   * @returns why that cannot be; null where it can, or none is due. The run goes on in any case
   */
  async filmWhenDue(step: number): Promise<string | null> {
    const { store, description } = this.#parts;
    const { everySteps } = description.films ?? {};
    if (everySteps === undefined || !store || this.#cannotFilm) return null;
    this.#last ??= store.lastFilm();
    if (Math.floor(step / everySteps) <= Math.floor(this.#last / everySteps)) return null;
    this.#last = step;
    return this.#film(step);
  }

  async #film(step: number): Promise<string | null> {
    const { store, trainee, description, openEnv } = this.#parts;
    const { films, seed } = description;
    if (!store || !films) return null;
    const film = store.film(step, films);
    const env = await openEnv(1, 'evaluation');
    // A film that has begun comes to its end, also when the run is to stop: its agent is not there again when the run goes on.
    try {
      const maxSteps = films.maxSteps ?? FILM_STEPS;
      await filmEpisode({ agent: trainee.agent, env, seed, maxSteps, onFrame: frame => film.add(frame) });
      await film.finish();
      return null;
    } catch (error) {
      film.discard();
      if (!(error instanceof InputError)) throw error;
      this.#cannotFilm = true;
      return `Nothing is filmed: ${error.message}`;
    } finally {
      env.close();
    }
  }
}

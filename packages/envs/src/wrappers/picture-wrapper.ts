import {
  type BoxSpace,
  describeSpace,
  dict,
  type Env,
  message,
  type NumericArray,
  type Space,
  SpaceError,
  type SpaceValue,
  tuple,
} from '@zpin/contracts';
import { ObservationWrapper } from './observation-wrapper.ts';

/** How observations of a space are shown in another form. */
interface View<S extends Space = Space, Value extends SpaceValue = SpaceValue> {
  /** Of what is shown. */
  readonly space: S;
  /** The value in its new form, in new arrays; parts that stay as they are may be the same. */
  show(value: Value): Value;
}

/** How the pictures of a box are shown in another form. */
export type PictureView = View<BoxSpace, NumericArray>;

/** Shows the pictures in an environment's observations in another form: the whole of them, or parts of a `Dict` or a `Tuple`. */
export abstract class PictureWrapper<Act> extends ObservationWrapper<SpaceValue, Act> {
  readonly #view: View;

  /**
   * @param name as in `Wrapper`
   * @param viewOf the new form of the boxes that are pictures; null of others
   * @param expectation what must hold of observations, for the error
   * @throws SpaceError when no part of the observations is such a picture
   */
  protected constructor(
    env: Env<SpaceValue, Act>,
    name: string,
    viewOf: (box: BoxSpace) => PictureView | null,
    expectation: string,
  ) {
    const { observationSpace } = env.spec;
    const view = viewIn(observationSpace, viewOf);
    if (!view) {
      throw new SpaceError(message(new.target.name, expectation, describeSpace(observationSpace), 'Leave the wrapper out'));
    }
    super(env, view.space, {}, name);
    this.#view = view;
  }

  protected override observation(obs: SpaceValue): SpaceValue {
    return this.#view.show(obs);
  }
}

/** The view of a space with all pictures in it; null when there is none. */
function viewIn(space: Space, viewOf: (box: BoxSpace) => PictureView | null): View | null {
  if (space.type === 'box') return viewOf(space) as View | null;
  if (space.type === 'tuple') {
    const views = space.spaces.map(part => viewIn(part, viewOf));
    if (views.every(view => view === null)) return null;
    return {
      space: tuple(views.map((view, i) => view?.space ?? space.spaces[i])),
      show: value => views.map((view, i) => shown(view, (value as readonly SpaceValue[])[i])),
    };
  }
  if (space.type !== 'dict') return null;
  const views = Object.entries(space.spaces).map(([key, part]) => [key, viewIn(part, viewOf)] as const);
  if (views.every(([, view]) => view === null)) return null;
  return {
    space: dict(Object.fromEntries(views.map(([key, view]) => [key, view?.space ?? space.spaces[key]]))),
    show: value => {
      const parts = value as Readonly<Record<string, SpaceValue>>;
      return Object.fromEntries(views.map(([key, view]) => [key, shown(view, parts[key])]));
    },
  };
}

function shown(view: View | null, value: SpaceValue): SpaceValue {
  return view ? view.show(value) : value;
}

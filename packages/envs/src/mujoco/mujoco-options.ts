import { describeField, type Field, type Fields, field, InputError, message, readValues, type ValuesOf } from '@zpin/contracts';

const CONTACT_RULES = ['mujoco-3.3', 'mujoco-3.9'] as const;

/** The version of MuJoCo whose contacts are played. */
export type ContactRule = (typeof CONTACT_RULES)[number];

/** Settings that more than one robot has, each with the default of the robot. Names are Gymnasium's, in camel case. */
const makers = {
  forwardRewardWeight: number('reward per m/s of forward velocity'),
  ctrlCostWeight: number('cost per squared action'),
  contactCostWeight: number('cost per squared contact force'),
  contactCostRange: interval('range to which the cost of contacts is clipped'),
  contactForceRange: interval('range to which contact forces are clipped', 'N and N m'),
  rewardDistWeight: number('cost per metre from the fingertip to the target'),
  rewardControlWeight: number('cost per squared action'),
  healthyReward: number('reward for a healthy state'),
  terminateWhenUnhealthy: boolean('whether an unhealthy state ends the episode'),
  healthyZRange: interval('range of the height of the torso in a healthy state', 'm'),
  healthyAngleRange: interval('range of the angle of the torso in a healthy state', 'rad'),
  healthyStateRange: interval('range of the other positions and of the velocities in a healthy state'),
  resetNoiseScale: number('width of the noise of positions and velocities at the start'),
  excludeCurrentPositionsFromObservation: boolean('whether the observation leaves out where the body is'),
  includeCinertInObservation: boolean('whether the observation holds the inertias of the bodies'),
  includeCvelInObservation: boolean('whether the observation holds the velocities of the bodies'),
  includeQfrcActuatorInObservation: boolean('whether the observation holds the torques of the motors'),
  includeCfrcExtInObservation: boolean('whether the observation holds the contact forces'),
  uphCostWeight: number('reward per metre of height and second of a physics step'),
  impactCostWeight: number('cost per squared contact force'),
  impactCostRange: interval('range to which the cost of contacts is clipped'),
  rewardNearWeight: number('cost per metre from the fingertip to the object'),
  contacts: (standard: ContactRule) =>
    field.choice(CONTACT_RULES, {
      default: standard,
      meaning: 'whose contacts: up to MuJoCo 3.4 the larger margin of two bodies counted, since 3.5 their sum does',
    }),
  frameSkip: (standard: number) => field.count({ default: standard, meaning: 'physics steps per step' }),
};

type Makers = typeof makers;
type FieldNamed<Name extends keyof Makers> = ReturnType<Makers[Name]>;

/** The values of all of these settings. */
export type MujocoValues = ValuesOf<{ [Name in keyof Makers]: FieldNamed<Name> }>;

/** The settings of a robot, by their defaults. */
export function mujocoOptions<Name extends keyof Makers>(
  defaults: Pick<MujocoValues, Name>,
): {
  readonly [Key in Name]: FieldNamed<Key>;
} {
  const fields = Object.entries(defaults).map(([name, standard]) => [name, makers[name as Name](standard as never)]);
  return Object.fromEntries(fields) as { [Key in Name]: FieldNamed<Key> };
}

/**
 * The settings of a robot, with the default of each that is left out.
 * @throws InputError when one is none of what it takes, or an interval ends before it begins
 */
export function readMujocoOptions<F extends Fields>(
  id: string,
  fields: F,
  given: Readonly<Record<string, unknown>>,
): ValuesOf<F> {
  const values = readValues(fields, given, id);
  for (const [name, value] of Object.entries(values)) {
    const { schema } = fields[name];
    if (schema.title !== 'interval') continue;
    const [low, high] = value as readonly number[];
    if (low > high) throw new InputError(message(id, `${name} must be ${describeField(schema).accepts}`, value, 'Swap them'));
  }
  return values;
}

function number(meaning: string) {
  return (standard: number): Field<number> => field.number({ default: standard, meaning });
}

function boolean(meaning: string) {
  return (standard: boolean): Field<boolean> => field.boolean({ default: standard, meaning });
}

function interval(meaning: string, unit?: string) {
  return (standard: readonly number[]): Field<readonly number[]> => {
    return field.interval({ default: standard, meaning, ...(unit !== undefined && { unit }) });
  };
}

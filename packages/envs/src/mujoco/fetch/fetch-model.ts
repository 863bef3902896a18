/** What differs between the scenes of the Fetch tasks. */
export interface FetchScene {
  /** Place, size and friction of the table, a box. */
  readonly table: string;
  /** Shape and mass of the object; none when omitted. */
  readonly object?: string;
  /** Whether the fingers have motors. */
  readonly hasGripper?: boolean;
}

interface Link {
  readonly name: string;
  /** Origin in the axes of the link before, m. */
  readonly pos: string;
  /** Its orientation (a quaternion); as before when omitted. */
  readonly quat?: string;
  readonly joints: readonly string[];
  /** Mass (kg), centre (m), principal moments (kg·m²) and their axes (a quaternion). */
  readonly inertia: readonly [mass: number, centre: string, moments: string, axes?: string];
  /** Of the rod that is drawn up to the next link, m. */
  readonly radius?: number;
}

/** From the floor to the wrist, each link on the one before. */
const ARM: readonly Link[] = [
  {
    name: 'base',
    pos: '0.2869 0.2641 0',
    joints: ['1 0 0', '0 1 0', '0 0 1'].map(axis => `axis="${axis}" type="slide" armature="0.0001" damping="1e11"`),
    inertia: [70.1294, '-0.0036 0 0.0014', '1.2869 1.2236 0.9868', '0.7605 -0.0133 -0.0061 0.6491'],
  },
  {
    name: 'torso',
    pos: '-0.0869 0 0.3774',
    joints: ['axis="0 0 1" type="slide" damping="1e7" range="0.0386 0.3861"'],
    inertia: [10.7796, '-0.0013 -0.0009 0.2935', '0.3365 0.3354 0.0943', '0.9993 -0.0006 0.0336 0.0185'],
  },
  {
    name: 'shoulder_pan',
    pos: '0.1195 0 0.3486',
    joints: ['axis="0 0 1" range="-1.6056 1.6056"'],
    inertia: [2.5587, '0.0927 -0.0056 0.0564', '0.009 0.0086 0.0041', '-0.1364 0.7624 -0.1562 0.613'],
    radius: 0.06,
  },
  {
    name: 'shoulder_lift',
    pos: '0.117 0 0.06',
    joints: ['axis="0 1 0" range="-1.221 1.518"'],
    inertia: [2.6615, '0.1432 0.0072 -0.0001', '0.0116 0.0112 0.0023', '0.4382 0.4382 0.555 0.555'],
    radius: 0.06,
  },
  {
    name: 'upperarm_roll',
    pos: '0.219 0 0',
    joints: ['axis="1 0 0"'],
    inertia: [2.3311, '0.1165 0.0014 0', '0.0047 0.0045 0.0019', '-0.0136 0.707 0.0136 0.707'],
    radius: 0.055,
  },
  {
    name: 'elbow',
    pos: '0.133 0 0',
    joints: ['axis="0 1 0" range="-2.251 2.251"'],
    inertia: [2.1299, '0.1279 0.0073 0', '0.0086 0.0084 0.002', '0.4332 0.4332 0.5589 0.5589'],
    radius: 0.055,
  },
  {
    name: 'forearm_roll',
    pos: '0.197 0 0',
    joints: ['axis="1 0 0" armature="2.7538" damping="3.5247" stiffness="10"'],
    inertia: [1.6563, '0.1097 -0.0266 0', '0.0035 0.0031 0.0015', '-0.0715 0.7035 0.0715 0.7035'],
    radius: 0.05,
  },
  {
    name: 'wrist_flex',
    pos: '0.1245 0 0',
    joints: ['axis="0 1 0" range="-2.16 2.16"'],
    inertia: [1.725, '0.0882 0.0009 -0.0001', '0.0042 0.0042 0.0018', '0.4895 0.4895 0.5103 0.5103'],
    radius: 0.05,
  },
  {
    name: 'wrist_roll',
    pos: '0.1385 0 0',
    joints: ['axis="1 0 0"'],
    inertia: [0.1354, '0.0095 0.0004 -0.0002', '0.0001 0.0001 0.0001'],
    radius: 0.045,
  },
];

const HEAD: readonly Link[] = [
  {
    name: 'head_pan',
    pos: '0.0531 0 0.603',
    joints: ['axis="0 0 1" range="-1.57 1.57"'],
    inertia: [2.2556, '0.0321 0.0161 0.039', '0.0185 0.0128 0.0095', '0.5148 0.5451 -0.453 0.4823'],
    radius: 0.07,
  },
  {
    name: 'head_tilt',
    pos: '0.1425 0 0.058',
    joints: ['axis="0 1 0" damping="1000" range="-0.76 1.45" ref="0.06"'],
    inertia: [0.9087, '0.0081 0.0025 0.0113', '0.0063 0.0059 0.0014', '0.6458 0.66 -0.274 0.2689'],
  },
];

/** Parts that are fixed to the base: they only add their weight. */
const CARGO: readonly Link[] = [
  {
    name: 'stop_button',
    pos: '-0.1246 0.2389 0.3113',
    quat: '0.7071 0.7071 0 0',
    joints: [],
    inertia: [0.002, '0.0024 -0.0033 0.0067', '0 0 0', '0.3774 -0.1814 0.1375 0.8977'],
  },
  {
    name: 'laser',
    pos: '0.235 0 0.2878',
    quat: '0 1 0 0',
    joints: [],
    inertia: [0.0083, '-0.0306 0.0007 0.0552', '0 0 0', '0.5878 0.5378 -0.4578 0.3945'],
  },
  {
    name: 'fixed_torso',
    pos: '-0.0869 0 0.3774',
    joints: [],
    inertia: [13.2775, '-0.0722 0.0057 0.2656', '0.3865 0.3394 0.1009', '0.9995 0.0249 0.0177 0.011'],
  },
];

/** Where the base of the original touches the floor: centres of spheres of 1 mm, m. */
const FEET = [
  '-0.20983570835555693 0.12389508901252588 0.0010008184543691947',
  '0.16616429727783266 0.12389508316570197 0.0010008204385022748',
  '0.16616429415417766 -0.11010491328464345 0.0010008203238651416',
];

const GRIPPER: Link = {
  name: 'gripper',
  pos: '0.1664 0 0',
  joints: [],
  inertia: [1.5175, '-0.09 -0.0001 -0.0017', '0.0024 0.0019 0.0013', '0 0.7071 0 0.7071'],
};

/** `sign` 1: on the side of the positive y axis, which is the robot's right one here. */
function finger(name: string, sign: number): string {
  const joint = `name="${name}" class="finger" axis="0 ${sign} 0" range="0 0.05"`;
  const pad = `<geom class="pad" pos="0 ${-0.008 * sign} 0"/>`;
  return body({ name, pos: `0 ${0.0159 * sign} 0`, joints: [joint], inertia: [4, '-0.01 0 0', '0.1 0.1 0.1'] }, pad);
}

function body({ name, pos, quat = '1 0 0 0', joints, inertia }: Link, inner: string): string {
  const [mass, centre, moments, axes = '1 0 0 0'] = inertia;
  return `
<body name="${name}" pos="${pos}" quat="${quat}">
${joints.map(joint => `<joint ${joint}/>`).join('\n')}
<inertial mass="${mass}" pos="${centre}" diaginertia="${moments}" quat="${axes}"/>${inner}
</body>`;
}

/** Links on one another, with a rod from each to the next; the last one carries `tip`. */
function chain(links: readonly Link[], tip: string, tipPos: string): string {
  const [link, ...rest] = links;
  if (!link) return tip;
  const rod = link.radius ? `<geom class="rod" fromto="0 0 0 ${rest[0]?.pos ?? tipPos}" size="${link.radius}"/>` : '';
  return body(link, rod + chain(rest, tip, tipPos));
}

/**
 * MJCF of the Fetch robot in front of a table. Links, masses, damping and contacts of the fingers are those of
 * Gymnasium-Robotics; instead of meshes only the palm (a box), the fingers, the table and the object can touch, and the base the
 * floor, so the arm passes through everything else.
 */
export function fetchModel({ table, object, hasGripper = false }: FetchScene): string {
  const [base, torso, ...arm] = ARM;
  const palm = '<geom class="hand" size="0.061 0.063 0.04" pos="-0.093 0 0"/><site name="grip" pos="0.02 0 0"/>';
  const hand = body(GRIPPER, palm + finger('right_finger', 1) + finger('left_finger', -1));
  const pedestal = '<geom class="rod" type="box" pos="-0.05 0 0.18" size="0.26 0.26 0.18"/>';
  const chest = '<geom class="rod" type="box" pos="0.03 0 0.18" size="0.1 0.14 0.23"/>';
  const upper = chain([torso], chest + chain(HEAD, '', '') + chain(arm, hand, '0.08 0 0'), '');
  const feet = FEET.map(foot => `<geom class="foot" pos="${foot}"/>`).join('');
  const weights = CARGO.map(part => body(part, '')).join('');
  const cargo = `
<body name="object">
<joint name="object" type="free" armature="0" damping="0.01"/>
<geom rgba="0.25 0.27 0.3 1" ${object}/>
<site name="object"/>
</body>`;
  const motor = (joint: string) => `<position joint="${joint}" kp="30000" ctrllimited="true" ctrlrange="0 0.2"/>`;
  return `
<mujoco model="fetch">
<compiler angle="radian" autolimits="true"/>
<option timestep="0.002"/>
<size memory="512K"/>
<default>
<joint armature="1" damping="50"/>
<default class="rod"><geom type="capsule" contype="0" conaffinity="0" rgba="0.85 0.87 0.9 1"/></default>
<default class="firm">
<geom solref="0.01 1" solimp="0.99 0.99 0.01" margin="0.001" rgba="0.36 0.38 0.42 1"/>
<default class="hand"><geom type="box"/></default>
<default class="pad"><geom type="box" size="0.0385 0.007 0.0135" condim="4" friction="1 0.05 0.01"/></default>
<default class="foot"><geom type="sphere" size="0.001" rgba="0 0 0 0"/></default>
</default>
<default class="finger">
<joint type="slide" armature="100" damping="1000" solimplimit="0.99 0.999 0.01" solreflimit="0.01 1"/>
</default>
</default>
<equality>
<weld body1="mocap" body2="gripper" relpose="0 0 0 1 0 0 0" solimp="0.9 0.95 0.001" solref="0.02 1"/>
</equality>
<contact><exclude body1="left_finger" body2="right_finger"/></contact>
<worldbody>
<geom type="plane" pos="0.8 0.75 0" size="0.85 0.7 1"/>
<geom type="box" rgba="0.8 0.68 0.52 1" ${table}/>
<body name="mocap" mocap="true"/>${body(base, pedestal + feet + upper + weights)}${object ? cargo : ''}
</worldbody>
${hasGripper ? `<actuator>${motor('left_finger')}${motor('right_finger')}</actuator>` : ''}
</mujoco>`;
}

/** Where the parts of the body are in the zero pose, m; it stands, or lies on its back. */
interface Posture {
  readonly torso: string;
  readonly head: string;
  /** x and z of the upper waist, which reaches to both sides. */
  readonly upperWaist: readonly [x: number, z: number];
  readonly lowerWaist: string;
  readonly pelvis: string;
  /** Height of the hips over the pelvis. */
  readonly hipZ: number;
  /** Lengthwise through a leg. */
  readonly along: (length: number, y: number) => string;
  readonly foot: string;
  /** Range of the left hip about y, degrees. */
  readonly leftHip: string;
}

const STANDING: Posture = {
  torso: '0 0 1.4',
  head: '0 0 0.19',
  upperWaist: [-0.01, -0.12],
  lowerWaist: '-0.01 0 -0.26',
  pelvis: '0 0 -0.165',
  hipZ: -0.04,
  along: (length, y) => `0 ${y} ${-length}`,
  foot: '0 0 -0.45',
  leftHip: '-110 20',
};

const LYING: Posture = {
  torso: '0 0 0.105',
  head: '-0.15 0 0',
  upperWaist: [0.11, 0],
  lowerWaist: '0.21 0 0',
  pelvis: '0.165 0 0',
  hipZ: 0,
  along: (length, y) => `${length} ${y} 0`,
  foot: '0.35 0 -0.1',
  leftHip: '-120 20',
};

/** A right (`side` −1) or left (1) leg; the z and x axes of its hip are mirrored. */
function leg({ hipZ, along, foot, leftHip }: Posture, side: -1 | 1, hipArmature: number, kneeStiffness: number): string {
  const name = side < 0 ? 'right' : 'left';
  const hipRange = side < 0 ? '-110 20' : leftHip;
  return `
          <body name="${name}_thigh" pos="0 ${0.1 * side} ${hipZ}">
            <joint name="${name}_hip_x" axis="${-side} 0 0" armature="0.01" damping="5" stiffness="10" range="-25 5"/>
            <joint name="${name}_hip_z" axis="0 0 ${-side}" armature="0.01" damping="5" stiffness="10" range="-60 35"/>
            <joint name="${name}_hip_y" axis="0 1 0" armature="${hipArmature}" damping="5" stiffness="20" range="${hipRange}"/>
            <geom name="${name}_thigh" fromto="0 0 0 ${along(0.34, -0.01 * side)}" size="0.06"/>
            <body name="${name}_shin" pos="${along(0.403, -0.01 * side)}">
              <joint name="${name}_knee" pos="0 0 0.02" axis="0 -1 0" armature="0.006" stiffness="${kneeStiffness}" range="-160 -2"/>
              <geom name="${name}_shin" fromto="0 0 0 ${along(0.3, 0)}" size="0.049"/>
              <body name="${name}_foot" pos="${foot}">
                <geom name="${name}_foot" type="sphere" pos="0 0 0.1" size="0.075"/>
              </body>
            </body>
          </body>`;
}

/** A right (`side` −1) or left (1) arm, which points forward and outward. */
function arm(name: string, side: -1 | 1, shoulderRange: string): string {
  return `
      <body name="${name}_upper_arm" pos="0 ${0.17 * side} 0.06">
        <joint name="${name}_shoulder1" axis="2 ${-side} 1" armature="0.0068" stiffness="1" range="${shoulderRange}"/>
        <joint name="${name}_shoulder2" axis="0 ${side} 1" armature="0.0051" stiffness="1" range="${shoulderRange}"/>
        <geom name="${name}_upper_arm" fromto="0 0 0 0.16 ${0.16 * side} -0.16" size="0.04"/>
        <body name="${name}_lower_arm" pos="0.18 ${0.18 * side} -0.18">
          <joint name="${name}_elbow" axis="0 -1 ${-side}" armature="0.0028" range="-90 50"/>
          <geom name="${name}_lower_arm" fromto="0.01 ${-0.01 * side} 0.01 0.17 ${-0.17 * side} 0.17" size="0.031"/>
          <geom name="${name}_hand" type="sphere" pos="0.18 ${-0.18 * side} 0.18" size="0.04"/>
        </body>
      </body>`;
}

/**
 * The body of Humanoid-v5, or with `isLying` that of HumanoidStandup-v5. Margins are half of Gymnasium's, because MuJoCo adds
 * those of two geoms since 3.5 and took the larger one before. The solver is Gymnasium's, of 50 iterations; none means that they
 * are made outside the engine, see `SequentialStepper`.
 */
export function humanoidModel(isLying: boolean, iterations: 0 | 50): string {
  const posture = isLying ? LYING : STANDING;
  const [waistX, waistZ] = posture.upperWaist;
  return `
<mujoco model="humanoid">
  <option timestep="0.003" integrator="RK4" iterations="${iterations}" solver="PGS"/>
  <size memory="2M"/>
  <default>
    <joint armature="1" damping="1" limited="true"/>
    <geom type="capsule" condim="1" margin="0.0005" rgba="0.8 0.55 0.3 1"/>
    <motor ctrllimited="true" ctrlrange="-0.4 0.4" gear="100"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" size="20 20 0.125" condim="3" friction="1 0.1 0.1"/>
    <body name="torso" pos="${posture.torso}">
      <freejoint name="root"/>
      <geom name="chest" fromto="0 -0.07 0 0 0.07 0" size="0.07"/>
      <geom name="head" type="sphere" pos="${posture.head}" size="0.09"/>
      <geom name="upper_waist" fromto="${waistX} -0.06 ${waistZ} ${waistX} 0.06 ${waistZ}" size="0.06"/>
      <body name="lower_waist" pos="${posture.lowerWaist}" quat="1 0 -0.002 0">
        <geom name="lower_waist" fromto="0 -0.06 0 0 0.06 0" size="0.06"/>
        <joint name="abdomen_z" pos="0 0 0.065" axis="0 0 1" armature="0.02" damping="5" stiffness="20" range="-45 45"/>
        <joint name="abdomen_y" pos="0 0 0.065" axis="0 1 0" armature="0.02" damping="5" stiffness="10" range="-75 30"/>
        <body name="pelvis" pos="${posture.pelvis}" quat="1 0 -0.002 0">
          <joint name="abdomen_x" pos="0 0 0.1" axis="1 0 0" armature="0.02" damping="5" stiffness="10" range="-35 35"/>
          <geom name="hips" fromto="-0.02 -0.07 0 -0.02 0.07 0" size="0.09"/>
          ${leg(posture, -1, 0.008, 0)}
          ${leg(posture, 1, 0.01, 1)}
        </body>
      </body>
      ${arm('right', -1, '-85 60')}
      ${arm('left', 1, '-60 85')}
    </body>
  </worldbody>
  <tendon>
    <fixed name="left_hipknee">
      <joint joint="left_hip_y" coef="-1"/>
      <joint joint="left_knee" coef="1"/>
    </fixed>
    <fixed name="right_hipknee">
      <joint joint="right_hip_y" coef="-1"/>
      <joint joint="right_knee" coef="1"/>
    </fixed>
  </tendon>
  <actuator>
    <motor joint="abdomen_y"/>
    <motor joint="abdomen_z"/>
    <motor joint="abdomen_x"/>
    <motor joint="right_hip_x"/>
    <motor joint="right_hip_z"/>
    <motor joint="right_hip_y" gear="300"/>
    <motor joint="right_knee" gear="200"/>
    <motor joint="left_hip_x"/>
    <motor joint="left_hip_z"/>
    <motor joint="left_hip_y" gear="300"/>
    <motor joint="left_knee" gear="200"/>
    <motor joint="right_shoulder1" gear="25"/>
    <motor joint="right_shoulder2" gear="25"/>
    <motor joint="right_elbow" gear="25"/>
    <motor joint="left_shoulder1" gear="25"/>
    <motor joint="left_shoulder2" gear="25"/>
    <motor joint="left_elbow" gear="25"/>
  </actuator>
</mujoco>`;
}

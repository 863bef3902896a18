/** A right (`side` −1) or left (1) leg; the z and x axes of its hip are mirrored. */
function leg(name: string, side: -1 | 1, hipArmature: number, kneeStiffness: number): string {
  return `
          <body name="${name}_thigh" pos="0 ${0.1 * side} -0.04">
            <joint name="${name}_hip_x" axis="${-side} 0 0" armature="0.01" damping="5" stiffness="10" range="-25 5"/>
            <joint name="${name}_hip_z" axis="0 0 ${-side}" armature="0.01" damping="5" stiffness="10" range="-60 35"/>
            <joint name="${name}_hip_y" axis="0 1 0" armature="${hipArmature}" damping="5" stiffness="20" range="-110 20"/>
            <geom name="${name}_thigh" fromto="0 0 0 0 ${-0.01 * side} -0.34" size="0.06"/>
            <body name="${name}_shin" pos="0 ${-0.01 * side} -0.403">
              <joint name="${name}_knee" pos="0 0 0.02" axis="0 -1 0" armature="0.006" stiffness="${kneeStiffness}" range="-160 -2"/>
              <geom name="${name}_shin" fromto="0 0 0 0 0 -0.3" size="0.049"/>
              <body name="${name}_foot" pos="0 0 -0.45">
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
 * The body of Humanoid-v5. Margins are half of Gymnasium's, because MuJoCo adds those of two geoms since 3.5 and took the larger
 * one before.
 */
export const humanoidModel = `
<mujoco model="humanoid">
  <option timestep="0.003" integrator="RK4" iterations="50" solver="Newton"/>
  <size memory="2M"/>
  <default>
    <joint armature="1" damping="1" limited="true"/>
    <geom type="capsule" condim="1" margin="0.0005" rgba="0.8 0.55 0.3 1"/>
    <motor ctrllimited="true" ctrlrange="-0.4 0.4" gear="100"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" size="20 20 0.125" condim="3" friction="1 0.1 0.1"/>
    <body name="torso" pos="0 0 1.4">
      <freejoint name="root"/>
      <geom name="chest" fromto="0 -0.07 0 0 0.07 0" size="0.07"/>
      <geom name="head" type="sphere" pos="0 0 0.19" size="0.09"/>
      <geom name="upper_waist" fromto="-0.01 -0.06 -0.12 -0.01 0.06 -0.12" size="0.06"/>
      <body name="lower_waist" pos="-0.01 0 -0.26" quat="1 0 -0.002 0">
        <geom name="lower_waist" fromto="0 -0.06 0 0 0.06 0" size="0.06"/>
        <joint name="abdomen_z" pos="0 0 0.065" axis="0 0 1" armature="0.02" damping="5" stiffness="20" range="-45 45"/>
        <joint name="abdomen_y" pos="0 0 0.065" axis="0 1 0" armature="0.02" damping="5" stiffness="10" range="-75 30"/>
        <body name="pelvis" pos="0 0 -0.165" quat="1 0 -0.002 0">
          <joint name="abdomen_x" pos="0 0 0.1" axis="1 0 0" armature="0.02" damping="5" stiffness="10" range="-35 35"/>
          <geom name="hips" fromto="-0.02 -0.07 0 -0.02 0.07 0" size="0.09"/>
          ${leg('right', -1, 0.008, 0)}
          ${leg('left', 1, 0.01, 1)}
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

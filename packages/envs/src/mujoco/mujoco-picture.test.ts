import { beforeAll, describe, expect, it } from 'vitest';
import { drawMujoco } from './mujoco-picture.ts';
import { loadMujoco, MujocoSim } from './mujoco-sim.ts';

/**
 * Red ball at x = 0, green box at 2, blue capsule along z at −2, yellow disc at 0 but 2 m higher, and one that cannot be seen.
 */
const SCENE = `
<mujoco>
  <size memory="64K"/>
  <worldbody>
    <geom type="plane" size="5 5 1" pos="0 0 -1"/>
    <body>
      <geom type="sphere" size="0.5" rgba="1 0 0 1"/>
      <geom type="cylinder" size="0.5 0.1" pos="0 0 2" rgba="1 1 0 1"/>
    </body>
    <geom type="box" size="0.5 0.2 0.3" pos="2 0 0" rgba="0 1 0 1"/>
    <geom type="capsule" size="0.2 0.5" pos="-2 0 0" rgba="0 0 1 1"/>
    <geom type="sphere" size="4" rgba="1 1 1 0"/>
  </worldbody>
</mujoco>`;

describe('drawMujoco', () => {
  let sim: MujocoSim;
  beforeAll(async () => {
    await loadMujoco();
    sim = new MujocoSim(SCENE);
    sim.forward();
  });

  /** Colours at points (right, up) in metres from the middle of a picture 8 m high. */
  const look = (elevation: number, points: [number, number][]) => {
    const { data, width, height } = drawMujoco(sim, { azimuth: 90, elevation, lookAt: [0, 0, 0], height: 8 });
    return points.map(([x, y]) => {
      const at = (Math.round(height / 2 - (y * height) / 8) * width + Math.round(width / 2 + (x * height) / 8)) * 3;
      return Array.from(data.subarray(at, at + 3));
    });
  };
  const SKY = [222, 233, 244];
  const RED = [255, 0, 0];
  const BLUE = [0, 0, 255];

  it('sees the shapes from the side', () => {
    const [ball, corner, box, above, end, beyond, disc, top] = look(0, [
      [0, 0],
      [0.45, 0.45],
      [2.4, 0.2],
      [2.4, 0.4],
      [-2, 0.6],
      [-2.3, 0.6],
      [0.4, 2],
      [0, 2.2],
    ]);
    expect([ball, corner, end, beyond]).toEqual([RED, SKY, BLUE, SKY]);
    expect([box[0], box[2]]).toEqual([0, 0]);
    expect(box[1]).toBeGreaterThan(100);
    expect([above, top]).toEqual([SKY, SKY]);
    expect([disc[0] > 100, disc[1] > 100, disc[2]]).toEqual([true, true, 0]);
  });

  it('sees from above what is on top, and the floor', () => {
    const [disc, rim, box, side, capsule, floor] = look(-90, [
      [0, 0],
      [0, 0.6],
      [2.4, 0.1],
      [2.4, 0.3],
      [-2, 0],
      [-3.5, 3.5],
    ]);
    expect([disc, box, capsule]).toEqual([[255, 255, 0], [0, 255, 0], BLUE]);
    for (const color of [rim, side, floor]) expect([176, 196]).toContain(color[0]);
  });

  it('draws marks in front of what lies behind them, and of all that cannot move', () => {
    const draw = (x: number, y: number) => {
      const mark = { position: [x, y, 0], radius: 0.3, color: [9, 9, 9] } as const;
      const { data, width, height } = drawMujoco(sim, { azimuth: 90, elevation: 0, lookAt: [x, 0, 0], height: 8 }, [mark]);
      const middle = ((height / 2) * width + width / 2) * 3;
      return Array.from(data.subarray(middle, middle + 3));
    };
    expect([draw(0, -1), draw(0, 1)]).toEqual([[9, 9, 9], RED]);
    expect(draw(2, 1)).toEqual([9, 9, 9]);
  });
});

import { describe, expect, it } from 'vitest';
import { PhysicsWorld } from './physics-world.ts';
import { type Point, polygon, rectangle, Shape } from './shape.ts';
import { cosine, sine } from './sine.ts';

const SINES = [
  [-9.860604286193848, 0.4221596121788025],
  [9.962166786193848, -0.5118945837020874],
  [3.573657989501953, -0.418747216463089],
  [9.84892749786377, -0.4115458130836487],
  [-8.902255058288574, -0.4990679621696472],
  [8.859461784362793, 0.5356827974319458],
] as const;
const COSINES = [
  [-5.112280368804932, 0.3893183171749115],
  [4.2162604331970215, -0.47602441906929016],
  [-7.74064302444458, 0.11309611797332764],
  [-1.0713694095611572, 0.4789225161075592],
  [-11.522834777832031, 0.5031677484512329],
  [1.1735094785690308, 0.38691794872283936],
] as const;

const line = (...points: [number, number][]): Shape => new Shape(points.map(([x, y]) => ({ x, y })));

function ground(world: PhysicsWorld): void {
  world.addStill(world.addGround(), line([-50, 0], [50, 0]), 1);
}

describe('sine and cosine', () => {
  it('are within half a last place and a bit of the true values, over many turns', () => {
    for (let i = -4000; i <= 4000; i++) {
      const angle = Math.fround(i * 0.003 + 1e-5);
      expect(Math.abs(sine(angle) - Math.sin(angle))).toBeLessThan(0.57 * 2 ** -24);
      expect(Math.abs(cosine(angle) - Math.cos(angle))).toBeLessThan(0.57 * 2 ** -24);
    }
  });

  it('round where the C library does not round to the nearest', () => {
    // From glibc 2.36, angles at which the nearest single is another one.
    for (const [angle, value] of SINES) expect(sine(angle)).toBe(value);
    for (const [angle, value] of COSINES) expect(cosine(angle)).toBe(value);
  });
});

describe('Shape', () => {
  it('knows the centre and inertia of a polygon', () => {
    const corners = [-14, 17, -17, 0, -17, -10, 17, -10, 17, 0, 14, 17].map(value => value / 30);
    const shape = polygon([0, 2, 4, 6, 8, 10].map(i => ({ x: corners[i], y: corners[i + 1] })));
    const { x, y, inertia } = shape.mass(5);
    expect(x).toBeCloseTo(0, 6);
    expect(y).toBeCloseTo(0.101307, 6);
    expect(inertia).toBeCloseTo(0.833315, 5);
  });

  it('has a rectangle’s mass and inertia, and exact normals', () => {
    const shape = rectangle(0.3, 0.7);
    const { mass, inertia } = shape.mass(2);
    expect(mass).toBeCloseTo(2 * 0.6 * 1.4, 6);
    expect(inertia).toBeCloseTo((mass * (0.6 ** 2 + 1.4 ** 2)) / 12, 6);
    expect([...shape.normalX, ...shape.normalY]).toEqual([0, 1, 0, -1, -1, 0, 1, 0]);
  });

  it('orders the hull of points, without those inside or on an edge', () => {
    const points: Point[] = [
      [0, 0],
      [2, 0],
      [1, 0],
      [1, 1],
      [2, 2],
      [0, 2],
    ].map(([x, y]) => ({ x, y }));
    const shape = polygon(points);
    expect([...shape.x]).toEqual([2, 2, 0, 0]);
    expect([...shape.y]).toEqual([0, 2, 2, 0]);
  });
});

describe('PhysicsWorld', () => {
  it('lets a body fall as gravity says, and rest on the ground', () => {
    const world = new PhysicsWorld(-10, () => {});
    ground(world);
    const body = world.addBody({ x: 0, y: 3, density: 1, shapes: [rectangle(0.5, 0.5)] });
    for (let i = 1; i <= 20; i++) {
      world.step();
      expect(body.velocityY).toBeCloseTo(-0.2 * i, 4);
    }
    for (let i = 0; i < 100; i++) world.step();
    // The skins of both shapes overlap by the slop.
    expect(body.y).toBeCloseTo(0.5 + 0.015, 2);
    expect(Math.abs(body.angle)).toBeLessThan(1e-4);
  });

  it('lets a body sleep that is told to be awake while it is', () => {
    const world = new PhysicsWorld(-10, () => {});
    ground(world);
    const body = world.addBody({ x: 0, y: 0.51, density: 1, shapes: [rectangle(0.5, 0.5)] });
    let steps = 0;
    while (body.isAwake && steps < 200) {
      body.wake();
      world.step();
      steps++;
    }
    // Half a second, and the time of settling.
    expect(steps).toBeGreaterThanOrEqual(25);
    expect(steps).toBeLessThan(30);
    body.wake();
    expect(body.isAwake).toBe(true);
  });

  it('tells who begins and ceases to touch what', () => {
    const told: [boolean, boolean][] = [];
    const world = new PhysicsWorld(-10, (_, moving, isTouching) => told.push([moving.body === body, isTouching]));
    ground(world);
    const body = world.addBody({ x: 0, y: 0.6, density: 1, shapes: [rectangle(0.5, 0.5)] });
    for (let i = 0; i < 20; i++) world.step();
    body.kick(0, 9 * body.mass, body.centreX, body.centreY);
    for (let i = 0; i < 20; i++) world.step();
    expect(told).toEqual([
      [true, true],
      [true, false],
    ]);
  });

  it('slides until friction has taken its speed', () => {
    const world = new PhysicsWorld(-10, () => {});
    ground(world);
    const body = world.addBody({ x: 0, y: 0.515, density: 1, friction: 0.25, shapes: [rectangle(0.5, 0.5)] });
    body.kick(4 * body.mass, 0, body.centreX, body.centreY);
    for (let i = 0; i < 20; i++) world.step();
    // The friction of two is the root of its product.
    expect(body.velocityX).toBeCloseTo(4 - 0.5 * 10 * 0.4, 1);
  });

  it('notices what overlaps a sensor, and lets it pass', () => {
    const told: boolean[] = [];
    const world = new PhysicsWorld(0, (_, __, isTouching) => told.push(isTouching));
    const square = [
      [3, -1],
      [4, -1],
      [4, 1],
      [3, 1],
    ].map(([x, y]) => ({ x, y }));
    world.addStill(world.addGround(), polygon(square), 0.2, true);
    const body = world.addBody({ x: 0, y: 0, density: 1, shapes: [rectangle(0.5, 0.5)] });
    body.kick(10 * body.mass, 0, 0, 0);
    for (let i = 0; i < 40; i++) world.step();
    expect(told).toEqual([true, false]);
    expect(body.x).toBeCloseTo(8, 4);
  });

  it('does not let fast bodies through a thin wall', () => {
    const world = new PhysicsWorld(0, () => {});
    world.addStill(world.addGround(), line([2, -5], [2, 5]), 0);
    const body = world.addBody({ x: 0, y: 0, density: 1, shapes: [rectangle(0.1, 0.1)] });
    body.kick(80 * body.mass, 0, 0, 0);
    for (let i = 0; i < 10; i++) world.step();
    expect(body.x).toBeGreaterThan(1.8);
    expect(body.x).toBeLessThan(1.9);
  });

  it('casts rays at edges and polygons', () => {
    const world = new PhysicsWorld(0, () => {});
    ground(world);
    const square = [
      [3, 1],
      [4, 1],
      [4, 2],
      [3, 2],
    ].map(([x, y]) => ({ x, y }));
    world.addStill(world.addGround(), polygon(square));
    expect(world.castRay(0, 3, 0, -1)).toBeCloseTo(0.75, 6);
    expect(world.castRay(0, 1.5, 6, 1.5)).toBeCloseTo(0.5, 6);
    expect(world.castRay(3.5, 3, 3.5, -1)).toBeCloseTo(0.25, 6);
    expect(world.castRay(0, 3, 9, 3)).toBe(1);
    // One that starts inside sees nothing of it.
    expect(world.castRay(3.5, 1.5, 3.5, -0.5)).toBeCloseTo(0.75, 6);
  });

  it('holds joined bodies together and within the limits of their joint', () => {
    const world = new PhysicsWorld(-10, () => {});
    ground(world);
    const hull = world.addBody({ x: 0, y: 3, angle: 0.3, density: 2, shapes: [rectangle(1, 0.4)] });
    const leg = world.addBody({ x: 0.4, y: 2.1, density: 1, shapes: [rectangle(0.2, 0.8)] });
    const anchorA = { x: 0.3, y: -0.2 };
    const anchorB = { x: 0, y: 0.7 };
    const joint = world.addJoint({
      bodyA: hull,
      bodyB: leg,
      anchorA,
      anchorB,
      referenceAngle: -0.1,
      lowerAngle: -0.6,
      upperAngle: 0.5,
      motorSpeed: 2,
      maxMotorTorque: 20,
    });
    let [hitLower, hitUpper] = [0, 0];
    for (let step = 0; step < 400; step++) {
      joint.drive(step % 50 < 25 ? 3 : -3, 5 + (step % 7));
      world.step();
      if (step < 20) continue;
      const [a, b] = [hull.worldPoint(anchorA), leg.worldPoint(anchorB)];
      expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeLessThan(0.1);
      expect(joint.angle).toBeCloseTo(leg.angle - hull.angle + 0.1, 5);
      expect(joint.angle).toBeGreaterThan(-0.7);
      expect(joint.angle).toBeLessThan(0.6);
      if (joint.angle < -0.59) hitLower++;
      if (joint.angle > 0.49) hitUpper++;
    }
    expect(Math.min(hitLower, hitUpper)).toBeGreaterThan(10);
  });
});

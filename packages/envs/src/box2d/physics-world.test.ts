import { BoxShape, EdgeShape, PolygonShape, RevoluteJoint } from 'planck';
import { describe, expect, it } from 'vitest';
import { LegJoint, type LegJointDef } from './leg-joint.ts';
import { PhysicsWorld } from './physics-world.ts';

function ground(world: PhysicsWorld) {
  return world.createBody().createFixture({ shape: new EdgeShape({ x: -50, y: 0 }, { x: 50, y: 0 }), friction: 1 });
}

describe('PhysicsWorld', () => {
  it('stands on an engine that computes the centre and inertia of a polygon right', () => {
    const corners = [-14, 17, -17, 0, -17, -10, 17, -10, 17, 0, 14, 17].map(value => value / 30);
    const shape = new PolygonShape([0, 2, 4, 6, 8, 10].map(i => ({ x: corners[i], y: corners[i + 1] })));
    const body = new PhysicsWorld(-10, () => {}).createMoving({});
    body.createFixture({ shape, density: 5 });
    expect(body.getLocalCenter().x).toBeCloseTo(0, 12);
    expect(body.getLocalCenter().y).toBeCloseTo(0.101307, 6);
    expect(body.getInertia()).toBeCloseTo(0.833315, 5);
  });

  it('lets a body sleep that is told to be awake while it is, as Box2D 2.3 does', () => {
    const world = new PhysicsWorld(-10, () => {});
    ground(world);
    const body = world.createMoving({ position: { x: 0, y: 0.51 } });
    body.createFixture({ shape: new BoxShape(0.5, 0.5), density: 1 });
    let steps = 0;
    while (body.isAwake() && steps < 200) {
      body.setAwake(true);
      world.advance();
      steps++;
    }
    // Half a second, and the time of settling.
    expect(steps).toBeGreaterThanOrEqual(25);
    expect(steps).toBeLessThan(30);
    body.setAwake(true);
    expect(body.isAwake()).toBe(true);
  });

  it('tells who begins and ceases to touch whom', () => {
    const told: [boolean, boolean][] = [];
    const world = new PhysicsWorld(-10, (a, b, isTouching) => told.push([[a, b].includes(body), isTouching]));
    ground(world);
    const body = world.createMoving({ position: { x: 0, y: 0.6 } });
    body.createFixture({ shape: new BoxShape(0.5, 0.5), density: 1 });
    for (let i = 0; i < 20; i++) world.advance();
    body.setLinearVelocity({ x: 0, y: 9 });
    for (let i = 0; i < 20; i++) world.advance();
    expect(told).toEqual([
      [true, true],
      [true, false],
    ]);
  });

  it('makes contacts in the order of the proxies, each pair once', () => {
    const order: number[] = [];
    const world = new PhysicsWorld(0, () => {});
    const fixtures = [0.4, -0.4, 0].map(x =>
      world.createBody().createFixture({ shape: new EdgeShape({ x: x - 0.5, y: 0 }, { x: x + 0.5, y: 0 }) }),
    );
    const moving = [0.3, 0].map(x => {
      const body = world.createMoving({ position: { x, y: 0.2 } });
      return body.createFixture({ shape: new BoxShape(0.3, 0.3), density: 1, filterMaskBits: 1, filterCategoryBits: 2 });
    });
    world.advance();
    // The list holds the latest first.
    for (let contact = world.getContactList(); contact; contact = contact.getNext()) {
      order.unshift(10 * fixtures.indexOf(contact.getFixtureA()) + moving.indexOf(contact.getFixtureB()));
    }
    expect(order).toEqual([0, 1, 10, 11, 20, 21]);
  });
});

describe('LegJoint', () => {
  it('solves as the joint of planck does, bit for bit', () => {
    const swing = (join: (def: LegJointDef) => RevoluteJoint) => {
      const world = new PhysicsWorld(-10, () => {});
      ground(world);
      const hull = world.createMoving({ position: { x: 0, y: 3 }, angle: 0.3 });
      hull.createFixture({ shape: new BoxShape(1, 0.4), density: 2 });
      const leg = world.createMoving({ position: { x: 0.4, y: 2.1 } });
      leg.createFixture({ shape: new BoxShape(0.2, 0.8), density: 1 });
      const joint = join({
        bodyA: hull,
        bodyB: leg,
        localAnchorA: { x: 0.3, y: -0.2 },
        localAnchorB: { x: 0, y: 0.7 },
        referenceAngle: -0.1,
        lowerAngle: -0.6,
        upperAngle: 0.5,
        motorSpeed: 2,
        maxMotorTorque: 20,
      });
      world.createJoint(joint);
      const path: number[] = [];
      let [hitLower, hitUpper] = [0, 0];
      for (let step = 0; step < 400; step++) {
        joint.setMotorSpeed(step % 50 < 25 ? 3 : -3);
        joint.setMaxMotorTorque(5 + (step % 7));
        if (step % 90 === 0)
          hull.applyLinearImpulse({ x: step % 4 === 0 ? 3 : -3, y: 8 }, { x: hull.getPosition().x + 0.5, y: 3 });
        world.advance();
        for (const body of [hull, leg]) path.push(body.getPosition().x, body.getPosition().y, body.getAngle());
        if (joint.getJointAngle() < -0.59) hitLower++;
        if (joint.getJointAngle() > 0.49) hitUpper++;
      }
      expect(Math.min(hitLower, hitUpper)).toBeGreaterThan(10);
      return path;
    };
    const stock = swing(def => new RevoluteJoint({ ...def, enableMotor: true, enableLimit: true }));
    expect(swing(def => new LegJoint(def))).toEqual(stock);
  });
});

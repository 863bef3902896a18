import { type Body, type BodyDef, type BroadPhase, type Contact, type FixtureProxy, World } from 'planck';

/** Seconds per step. */
const DT = 1 / 50;
const VELOCITY_ITERATIONS = 180;
const POSITION_ITERATIONS = 60;
/** Category of everything that stands still; all moving bodies collide with it and with nothing else. */
export const GROUND = 0x1;

/** Told when two bodies begin or cease to touch. */
export type ContactListener = (a: Body, b: Body, isTouching: boolean) => void;

/** A world of planck, stepped as Gymnasium steps Box2D 2.3. */
export class PhysicsWorld extends World {
  declare protected readonly m_broadPhase: BroadPhase;
  declare protected createContact: (a: FixtureProxy, b: FixtureProxy) => void;

  /** @param gravity upwards, m/s² */
  constructor(gravity: number, listener: ContactListener) {
    super({ gravity: { x: 0, y: gravity } });
    const tell = (contact: Contact, isTouching: boolean): void =>
      listener(contact.getFixtureA().getBody(), contact.getFixtureB().getBody(), isTouching);
    this.on('begin-contact', contact => tell(contact, true));
    this.on('end-contact', contact => tell(contact, false));
  }

  createMoving(def: Omit<BodyDef, 'type'>): Body {
    const body = this.createBody({ ...def, type: 'dynamic' });
    const setAwake = body.setAwake;
    // Box2D 2.3 counts anew how long a body has been still when it wakes, planck also when it was awake.
    body.setAwake = flag => {
      if (!(flag && body.isAwake())) setAwake.call(body, flag);
    };
    return body;
  }

  advance(): void {
    this.step(DT, VELOCITY_ITERATIONS, POSITION_ITERATIONS);
  }

  /**
   * Makes contacts of all pairs that came near each other. Box2D does it in the order of their proxies, planck in the order of
   * its tree; and the order in which contacts are solved shows in the results.
   */
  findNewContacts(): void {
    const { m_tree: tree, m_moveBuffer: moved } = this.m_broadPhase;
    const pairs: [number, number][] = [];
    for (const id of moved) {
      // A proxy that was destroyed leaves null behind.
      if (id === null) continue;
      tree.query(tree.getFatAABB(id), other => {
        if (other !== id) pairs.push(other < id ? [other, id] : [id, other]);
        return true;
      });
    }
    moved.length = 0;
    pairs.sort((p, q) => p[0] - q[0] || p[1] - q[1]);
    // A pair that is there twice makes one contact: planck looks for an existing one.
    for (const [a, b] of pairs) this.createContact(tree.getUserData(a), tree.getUserData(b));
  }
}

import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { createEngine } from '/work/main/packages/core/src/program/create-engine.ts';
import { Store } from '/work/main/packages/core/src/program/store.ts';
import { int32, program } from '/work/main/packages/core/src/program/program.ts';
test('x', async () => {
  const eng = await createEngine('onnx');
  process.stdout.write([eng.description].map(String).join(" ")+"\n");
  const rnd = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i * 7.3) * 0.2);
  for (const [i, h, o, B, N] of [[4, 64, 2, 64, 3000], [17, 256, 6, 256, 300]]) {
    const shapes = [[i, h], [h], [h, h], [h], [h, o], [o]];
    const sizes = shapes.map((s) => s.reduce((a, b) => a * b));
    const P = sizes.reduce((a, b) => a + b);
    const cut = (p: tf.Tensor) => { let off = 0; return shapes.map((s, k) => { const t = tf.reshape(tf.slice(p, [off], [sizes[k]]), s); off += sizes[k]; return t; }); };
    const net = (ps: tf.Tensor[], x: tf.Tensor) => { let z = tf.tanh(tf.add(tf.matMul(x, ps[0]), ps[1])); z = tf.tanh(tf.add(tf.matMul(z, ps[2]), ps[3])); return tf.add(tf.matMul(z, ps[4]), ps[5]); };
    const def = {
      name: 'bench', inputs: { x: [B, i], y: [B, o], lr: [] as number[] },
      run: (s: any, { x, y, lr }: any) => {
        const { value, grads } = tf.valueAndGrads((...q: tf.Tensor[]) => tf.mean(tf.squaredDifference(net(q, x), y)) as tf.Scalar)(cut(s.online));
        const g = tf.concat(grads.map((q) => tf.reshape(q, [-1])));
        const step = tf.add(s.adam.step, 1);
        const m = tf.add(tf.mul(s.adam.m, 0.9), tf.mul(g, 0.1)); const v = tf.add(tf.mul(s.adam.v, 0.999), tf.mul(tf.square(g), 0.001));
        const c1 = tf.sub(1, tf.pow(0.9, step)), c2 = tf.sub(1, tf.pow(0.999, step));
        const root = tf.sqrt(c2);
        const p = tf.sub(s.online, tf.div(tf.mul(m, tf.div(tf.mul(lr, root), c1)), tf.add(tf.sqrt(v), tf.mul(root, 1e-8))));
        return { state: { online: p, adam: { m, v, step } }, metrics: { loss: value } };
      },
    };
    const mk = (e: any) => { const st = new Store(e, { online: rnd(P), adam: { m: new Float32Array(P), v: new Float32Array(P), step: new Float32Array(1) } }); return [st, program(st, def as any)] as const; };
    const [st, upd] = mk(eng);
    const [st2, upd2] = mk(await createEngine('tensorflow', { backend: 'cpu' }));
    const x = rnd(B * i), y = rnd(B * o), lr = Float32Array.of(1e-3);
    for (let k = 0; k < 3; k++) { const a = await (await upd({ x, y, lr } as any)).metrics.read(); const b = await (await upd2({ x, y, lr } as any)).metrics.read(); process.stdout.write([a, b].map(String).join(" ")+"\n"); }
    const pa = await st.read('online'), pb = await st2.read('online'); let d = 0; pa.forEach((v, k) => (d = Math.max(d, Math.abs(v - pb[k])))); process.stdout.write(['diff', d].map(String).join(" ")+"\n");
    for (let k = 0; k < 100; k++) await upd({ x, y, lr } as any);
    let t = performance.now(); for (let k = 0; k < N; k++) await upd({ x, y, lr } as any); process.stdout.write(['update us', ((performance.now() - t) / N * 1e3).toFixed(1)].map(String).join(" ")+"\n");
    const act = program(st, { name: 'act', inputs: { x: ['batch', i] }, run: (s: any, { x }: any) => ({ outputs: { a: tf.argMax(net(cut(s.online), x), 1) } }) });
    const ob = rnd(i);
    for (let k = 0; k < 1000; k++) await act({ x: ob }); t = performance.now(); for (let k = 0; k < 10000; k++) await act({ x: ob }); process.stdout.write(['act us', ((performance.now() - t) / 1e4 * 1e3).toFixed(1)].map(String).join(" ")+"\n");
  }
});

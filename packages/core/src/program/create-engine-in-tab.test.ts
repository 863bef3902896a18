import { afterAll, beforeAll, expect, it, vi } from 'vitest';

beforeAll(() => {
  vi.stubGlobal('window', globalThis);
});
afterAll(() => {
  vi.unstubAllGlobals();
});

it('in a browser tab the engine webgpu is refused in one line, which says what computes on a GPU there', async () => {
  const { createEngine } = await import('./create-engine.ts');
  await expect(createEngine('webgpu')).rejects.toThrow(
    /^createEngine: engine "webgpu" must be made in Node, got "a browser tab"\. Import '@tensorflow\/tfjs-backend-webgpu' there and take createEngine\('tensorflow', \{ backend: 'webgpu' \}\);[^\n]*\.$/,
  );
});

import type { Preset } from '@zpin/core';

export const offPolicyOptionCriticPresets = {} as const satisfies Readonly<Record<string, Preset>>;

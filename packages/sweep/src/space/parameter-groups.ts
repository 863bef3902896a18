import type { Parameter, Params, SearchSpace } from './parameter.ts';

/** Parameters that are always there together, or not at all. */
export type ParameterGroup = readonly (readonly [name: string, parameter: Parameter])[];

/** The parameters of a space in groups of one condition each; a group stands behind those that its condition asks for. */
export function parameterGroups(space: SearchSpace): ParameterGroup[] {
  const groups = new Map<string, [string, Parameter][]>();
  for (const entry of Object.entries(space)) {
    const key = JSON.stringify(entry[1].when ?? null);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return [...groups.values()];
}

/** Whether what a parameter depends on is so. */
export function isActive({ when }: Parameter, params: Params): boolean {
  return when === undefined || (when.parameter in params && when.isOneOf.includes(params[when.parameter]));
}

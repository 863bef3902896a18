/** The file of a policy, in base64. */
export const policy: string;

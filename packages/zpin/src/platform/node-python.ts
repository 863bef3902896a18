/** Makes the environments of Gymnasium known, which Python plays. */
export async function registerGymnasium(): Promise<void> {
  const { registerGymnasium: register } = await import('@zpin/python');
  register();
}

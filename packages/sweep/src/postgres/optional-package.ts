import { InputError, message } from '@zpin/contracts';

/**
 * Loads a package that is there only where a database is used.
 * @throws InputError when it is not installed
 */
export async function optionalPackage(name: string, where: string): Promise<unknown> {
  try {
    return await import(/* @vite-ignore */ name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    const remedy = `Install it: npm install ${name}`;
    throw new InputError(message(where, 'the package must be installed', name, remedy));
  }
}

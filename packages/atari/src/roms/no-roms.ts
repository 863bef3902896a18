// In a browser tab there are no files: cartridges come by `provideRom`.

export function readRom(_path: string): Uint8Array | null {
  return null;
}

export function romFolders(): readonly string[] {
  return [];
}

export function romFiles(_folder: string, _name: string): readonly string[] {
  return [];
}

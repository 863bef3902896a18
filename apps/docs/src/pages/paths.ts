/** Where the page of an algorithm is. */
export function algorithmPath(id: string): string {
  return `/algorithms/${id}`;
}

/** Name of an environment as a file: slashes in an id would make folders. */
export function environmentFile(id: string): string {
  return id.replaceAll('/', '-');
}

/** Where the page of an environment is. */
export function environmentPath(id: string): string {
  return `/environments/${environmentFile(id)}`;
}

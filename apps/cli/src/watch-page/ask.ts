/** Asks the server for something. @throws Error when it does not answer, or refuses */
export async function ask<Message>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Message> {
  const query = new URLSearchParams(parameters).toString();
  const answer = await fetch(`/api/${path}${query && `?${query}`}`);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/**
 * Calls `look` again and again, with `pause` milliseconds between the end of one call and the begin of the next. Nothing is asked
 * while the tab is hidden; when it comes back, at once.
 * @returns ends it
 */
export function repeatedly(look: () => Promise<void>, pause: number): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLooking = false;
  const next = async () => {
    clearTimeout(timer);
    if (isLooking || isOver || document.hidden) return;
    isLooking = true;
    await look();
    isLooking = false;
    if (!isOver) timer = setTimeout(next, pause);
  };
  document.addEventListener('visibilitychange', next);
  next();
  return () => {
    isOver = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', next);
  };
}

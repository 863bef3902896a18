import { nextTick, onMounted, type Ref, ref } from 'vue';

/** Settings of a page: numbers, words, switches. */
export type Shareable = Record<string, number | string | boolean>;

export interface SharedSettings {
  /** Puts the settings into the address of the page, and the address into the clipboard. */
  share(): Promise<void>;
  /** What came of the last time, for a moment; empty otherwise. */
  readonly shared: Ref<string>;
}

/** Milliseconds for which a page says that its address was copied. */
const SAID_FOR = 2500;

/**
 * Takes settings from the address of the page, and puts them there: a link holds them as `live=ID&name=value`.
 * @param id of the run on its page @param settings changed in place; names and types that they have not are passed over
 * @param choices what settings can be that are one of a few, as text
 */
export function useSharedSettings(
  id: string,
  settings: Shareable,
  choices: Readonly<Record<string, readonly string[]>> = {},
): SharedSettings {
  const shared = ref('');
  onMounted(async () => {
    const read = readSettings(new URLSearchParams(location.search), id, settings, choices);
    // Some choices bring numbers of their own, before those of the link.
    Object.assign(settings, Object.fromEntries(Object.entries(read).filter(([, value]) => typeof value !== 'number')));
    await nextTick();
    Object.assign(settings, read);
  });
  return {
    shared,
    async share() {
      const address = `${location.pathname}?${writeSettings(id, settings)}${location.hash}`;
      history.replaceState(history.state, '', address);
      try {
        await navigator.clipboard.writeText(location.href);
        shared.value = 'Link copied';
      } catch {
        shared.value = 'The link is in the address bar';
      }
      setTimeout(() => {
        shared.value = '';
      }, SAID_FOR);
    },
  };
}

/** Settings as the query of a link. */
export function writeSettings(id: string, settings: Shareable): string {
  const entries = Object.entries(settings).map(([name, value]) => [name, String(value)]);
  return new URLSearchParams([['live', id], ...entries]).toString();
}

/** The settings that a query holds for the run `id`: those of known names whose values are of the right kind. */
export function readSettings(
  query: URLSearchParams,
  id: string,
  settings: Shareable,
  choices: Readonly<Record<string, readonly string[]>>,
): Shareable {
  const read: Shareable = {};
  if (query.get('live') !== id) return read;
  for (const [name, present] of Object.entries(settings)) {
    const text = query.get(name);
    if (text === null || text === '' || choices[name]?.includes(text) === false) continue;
    if (typeof present === 'number' && Number.isFinite(Number(text))) read[name] = Number(text);
    if (typeof present === 'boolean') read[name] = text === 'true';
    if (typeof present === 'string') read[name] = text;
  }
  return read;
}

/** Groups of the sidebar, the search button and the search, as the theme draws them. */
const GROUP = '.VPSidebarItem';
const SEARCH_BUTTON = '.DocSearch-Button';
const SEARCH = '.VPLocalSearchBox';

/**
 * Mends what the theme leaves out for those who go by keys or listen: what closes a group of the sidebar says whether it is open, and holds no
 * second button for the same; a group that cannot be closed is no button. The keys in the search button are for the eye alone.
 */
function mendNavigation(page: Document): void {
  const items = page.querySelectorAll<HTMLElement>(`${GROUP} > .item:is([role="button"], [tabindex])`);
  for (const item of Array.from(items)) {
    const group = item.parentElement;
    const caret = item.querySelector('.caret');
    const isOpen = String(!group?.classList.contains('collapsed'));
    if (!group?.classList.contains('collapsible')) {
      item.removeAttribute('role');
      item.removeAttribute('tabindex');
    } else if (item.querySelector('.link')) {
      item.removeAttribute('tabindex');
      if (caret) setAttribute(caret, 'aria-expanded', isOpen);
    } else {
      setAttribute(item, 'aria-expanded', isOpen);
      for (const name of ['role', 'tabindex', 'aria-label']) caret?.removeAttribute(name);
      if (caret) setAttribute(caret, 'aria-hidden', 'true');
    }
  }
  for (const caret of Array.from(page.querySelectorAll(`${GROUP} .caret[aria-expanded]`)))
    setAttribute(caret, 'aria-expanded', String(!caret.closest(GROUP)?.classList.contains('collapsed')));
  for (const keys of Array.from(page.querySelectorAll(`${SEARCH_BUTTON}-Keys`))) {
    setAttribute(keys, 'aria-hidden', 'true');
    // Style writes the letter.
    if (keys.lastElementChild?.textContent) keys.lastElementChild.textContent = '';
  }
}

/** Only what changes is set, so that who watches the page is not woken by it. */
function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Whoever closes the search is back where it was opened. */
function giveFocusBack(page: Document, changes: readonly MutationRecord[]): void {
  const removed = changes.flatMap(({ removedNodes }) => Array.from(removedNodes));
  if (!removed.some(node => node instanceof HTMLElement && node.matches(SEARCH)) || page.activeElement !== page.body) return;
  page.querySelector<HTMLElement>(SEARCH_BUTTON)?.focus();
}

/** Keeps the navigation of a page mended while it changes. @returns what ends it */
export function keepNavigationMended(page: Document): () => void {
  const press = (event: KeyboardEvent) => {
    const button = event.target instanceof HTMLElement ? event.target : null;
    if (event.key !== ' ' || !button?.matches(`${GROUP} :is(.item, .caret)[aria-expanded]`)) return;
    event.preventDefault();
    button.click();
  };
  const observer = new MutationObserver(changes => {
    mendNavigation(page);
    giveFocusBack(page, changes);
  });
  mendNavigation(page);
  observer.observe(page.body, { subtree: true, childList: true, attributeFilter: ['class'] });
  page.addEventListener('keydown', press);
  return () => {
    observer.disconnect();
    page.removeEventListener('keydown', press);
  };
}

import { useData } from 'vitepress';
import { computed } from 'vue';
import { otherLanguage } from '../translation/other-language.ts';

/** In the place of the theme's own: the switch leads to the same page in the other language, or to the nearest that there is. */
export function useLangs({ correspondingLink = false }: { readonly correspondingLink?: boolean } = {}) {
  const { site, localeIndex, page, theme, hash } = useData();
  const homeOf = (key: string) => (key === 'root' ? '/' : `/${key}/`);
  const currentLang = computed(() => ({ label: site.value.locales[localeIndex.value]?.label, link: homeOf(localeIndex.value) }));
  const localeLinks = computed(() =>
    Object.entries(site.value.locales)
      .filter(([key]) => key !== localeIndex.value)
      .map(([key, { label }]) => {
        const other = otherLanguage(page.value.relativePath, theme.value.withoutChinese ?? []);
        return { text: label, link: correspondingLink ? other.link + (other.isSame ? hash.value : '') : homeOf(key) };
      }),
  );
  return { localeLinks, currentLang };
}

import { useData } from 'vitepress';
import { fill, type Translate } from '../translation/translate.ts';
import { chineseWords } from './chinese-words.ts';

/** Gives the words of the live pages in the language of the page that is open. */
export function useWords(): Translate {
  const { lang } = useData();
  return (text, values) => fill((lang.value.startsWith('zh') ? chineseWords[text] : undefined) ?? text, values);
}

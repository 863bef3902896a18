import type { Translate } from './translate.ts';

/** A picture whose texts are in another language: each stands as a whole in an element. */
export function translateSvg(svg: string, t: Translate): string {
  return svg.replaceAll(/(<(text|title)\b[^>]*>)([^<]+)(?=<\/\2>)/g, (_, tag: string, __, text: string) => tag + t(text));
}

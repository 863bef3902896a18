/** What XML 1.0 has no place for, however it is written: most control characters, and halves of surrogate pairs. */
const ILLEGAL = /[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** A text as it may stand in XML. A replacement character stands for what may not. */
export function escapeXml(text: string): string {
  return text.replaceAll(ILLEGAL, '\ufffd').replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

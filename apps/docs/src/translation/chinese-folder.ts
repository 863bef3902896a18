/** Folder of the Chinese pages in the site. */
export const chineseFolder = 'zh';

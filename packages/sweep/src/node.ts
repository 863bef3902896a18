export { FileLock } from './files/file-lock.ts';
export { JournalStudy, type OpenStudyOptions } from './files/journal-study.ts';

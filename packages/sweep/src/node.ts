export { FileLock } from './files/file-lock.ts';
export { JournalStudy, type JournalWorkerOptions, type OpenStudyOptions } from './files/journal-study.ts';

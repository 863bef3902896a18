export { type BestScore, bestScore } from './files/best-files.ts';
export { eventFileNames } from './files/event-files.ts';
export { type Film, type FilmOptions, openFilm, requireFfmpeg } from './files/film.ts';
export { metricEvent, metricEvents, readMetrics } from './files/metric-files.ts';
export { envFilePlace } from './files/own-env.ts';
export { freeRunPath, type RunFile, RunFolder } from './files/run-folder.ts';
export { type RunHolder, runHolder } from './files/run-lock.ts';
export { type RunLogLine, runLogLine } from './files/run-log.ts';
export { forgetStopRequest, isStopRequested, requestStop } from './files/stop-request.ts';

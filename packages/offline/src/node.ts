export { loadDataset, saveDataset } from './dataset-file.ts';

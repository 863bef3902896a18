export { loadDataset, saveDataset } from './dataset/dataset-file.ts';

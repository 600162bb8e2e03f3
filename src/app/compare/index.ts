export { page } from '../../report/page.ts';
export { whyNotCompared } from '../../report/words.ts';
export { compareFiles } from './compare.ts';

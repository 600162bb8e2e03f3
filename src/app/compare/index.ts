export { page } from '../../report/page.ts';
export { drifted } from '../../report/words.ts';
export { compareFiles } from './compare.ts';

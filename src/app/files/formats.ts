/** Formats of files of rows, for the command line. */
export { fileFormats, type RowFormat } from '../../source/file-open.ts';

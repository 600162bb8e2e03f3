import { LeewayError } from '../../lib/errors.ts';
import type { FileAnswer, FileDesk, FileLimits, FileState } from './ports.ts';

/** The parts of a connection to a running service that are used here. */
export interface FileService {
  readonly url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  upload<T>(path: string, body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<T>;
}

const newline = Buffer.from('\n');

/** The desk of a running service, over HTTP. */
export function createRemoteDesk(service: FileService): FileDesk {
  return {
    where: service.url,
    limits: () => service.get<FileLimits>('/v1/files/limits'),
    open: ({ file, layout, now }) => service.post<FileState>(`/v1/files/${file}`, { layout, now }),
    take: batch => {
      const { file, rows, time, ...rest } = batch;
      const query = new URLSearchParams({
        layout: rest.layout,
        from: String(rest.from),
        rows: String(rows.length),
        left: String(rest.left),
        ...(rest.model === '' ? {} : { model: rest.model }),
        ...(rest.environment === '' ? {} : { environment: rest.environment }),
        ...(rest.mapping === '' ? {} : { mapping: rest.mapping }),
        ...(rest.dry === true ? { dry: 'true' } : {}),
        ...(time === null ? {} : { time: String(time) }),
      });
      const body = Buffer.concat(rows.flatMap(row => [row, newline]));
      return service.upload<FileAnswer>(`/v1/files/${file}/rows?${query}`, body, {
        'content-type': 'application/x-ndjson',
      });
    },
  };
}

/** Whether the same request may succeed a little later. */
export function mayPass(error: unknown): boolean {
  return error instanceof LeewayError && (error.status === 503 || error.status === 429);
}

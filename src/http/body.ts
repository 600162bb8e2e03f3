import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { FastifyRequest } from 'fastify';
import { LeewayError } from '../lib/errors.ts';
import type { HttpApp } from './route.ts';

const unzip = promisify(gunzip);

/** Compressed better than this, it was made to fill the memory; rows that repeat themselves reach about 100. */
const mostRatio = 250;

/**
 * Decodes a body: identity or gzip, at most `most` bytes afterwards.
 * @throws LeewayError LW_BODY_TOO_LARGE, LW_ENCODING_UNSUPPORTED, LW_BODY_INVALID
 */
async function decodeBody(body: Buffer, encoding: string | undefined, most: number): Promise<Buffer> {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name !== 'identity' && name !== 'gzip' && name !== 'x-gzip' && name !== '') {
    throw new LeewayError('LW_ENCODING_UNSUPPORTED', 'This Content-Encoding cannot be read.');
  }
  if (body.length > most) throw tooLarge(most);
  if (name === 'identity' || name === '') return body;
  try {
    return await unzip(body, { maxOutputLength: Math.min(most, Math.max(65_536, body.length * mostRatio)) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(most);
    throw new LeewayError('LW_BODY_INVALID', 'The body says it is gzip and is not.', error);
  }
}

function tooLarge(most: number): LeewayError {
  return new LeewayError(
    'LW_BODY_TOO_LARGE',
    `The body is larger than ${most} bytes after decompression, or compressed more than ${mostRatio}-fold.`,
  );
}

/** Reads every body as bytes, decodes it, and parses JSON for the routes that want values. */
export function addBodyParser(app: HttpApp, bodyBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, raw: Buffer) => {
    const { rawBody, mostBytes = bodyBytes, access } = request.routeOptions.config;
    const most = Math.min(mostBytes, request.caller?.bodyBytes ?? mostBytes);
    const bytes = await decodeBody(raw, request.headers['content-encoding'], most);
    if (access === 'report' || access === 'signed') request.signedBody = bytes;
    return rawBody === true ? bytes : parseJson(bytes);
  });
}

function parseJson(bytes: Buffer): unknown {
  try {
    return bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new LeewayError('LW_BODY_INVALID', 'The body is not JSON.', error);
  }
}

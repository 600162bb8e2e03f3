import { accessSync, constants, existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LeewayError } from '../../lib/errors.ts';
import { bytesText, type DoctorLine, linesOf } from './line.ts';

/** Who asks about the directory. */
interface Asker {
  /** Whether it is the service itself. */
  readonly running: boolean;
  /** Why the service that leeway.json names could not be reached; absent: that was not tried. */
  readonly unreachable?: Pick<LeewayError, 'message' | 'advice'> | null;
}

/** The data directory: can it be written, how much is free, who holds it. Takes no lock. */
export function dataLines(directory: string, own: Asker): DoctorLine[] {
  const { ok, fail } = linesOf('data directory');
  const path = resolve(directory);
  if (!existsSync(path)) return [...absent(path), ...freeLine(nearest(path))];
  const problem = writeProblem(path);
  const written =
    problem === null
      ? ok('writable', path)
      : fail('writable', `${path}: ${problem}`, 'Give this user the directory, or --data another one.');
  return [written, ...freeLine(path), ...(own.running ? [] : lockLines(path, own.unreachable ?? null))];
}

function absent(path: string): DoctorLine[] {
  const { ok, fail } = linesOf('data directory');
  const parent = nearest(path);
  try {
    accessSync(parent, constants.W_OK);
    return [ok('writable', `${path} does not exist yet; it is made at the first start`)];
  } catch {
    return [
      fail('writable', `${path} cannot be made in ${parent}`, 'Give --data a directory you may write.'),
    ];
  }
}

/** The nearest directory around a path that exists. */
function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path));
}

/** Writes and removes a file: permissions alone do not tell of read-only and full file systems. */
function writeProblem(path: string): string | null {
  const probe = join(path, `.doctor-${process.pid}`);
  try {
    writeFileSync(probe, 'x', { mode: 0o600 });
    rmSync(probe);
    return null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES') return 'this user may not write there';
    if (code === 'EROFS') return 'the file system is read-only';
    if (code === 'ENOSPC') return 'the disk is full';
    return message;
  }
}

const leastFree = 1024 ** 3;

function freeLine(path: string): DoctorLine[] {
  const { ok, warn, fail } = linesOf('data directory');
  const { bavail, blocks, bsize } = statfsSync(path);
  const [free, total] = [bavail * bsize, blocks * bsize];
  const text = `${bytesText(free)} free of ${bytesText(total)}`;
  const advice = 'Free some space, move the data directory, or lower retention.rawDays.';
  if (free < leastFree / 8) return [fail('disk', text, advice)];
  return [free < leastFree || free < total * 0.1 ? warn('disk', text, advice) : ok('disk', text)];
}

/** Who holds the directory, as far as files tell: the engine's lock is not tried. */
function lockLines(path: string, unreachable: NonNullable<Asker['unreachable']> | null): DoctorLine[] {
  const { ok, warn, fail } = linesOf('data directory');
  const service = readJson(join(path, 'leeway.json'));
  const engine = Number(/^PID: (\d+)/m.exec(readText(join(path, 'chdb', 'status')))?.[1] ?? 0);
  const lines: DoctorLine[] = [];
  if (service === null) lines.push(ok('service', 'none is registered (no leeway.json)'));
  else if (isAlive(service.pid) && unreachable !== null)
    lines.push(
      fail(
        'service',
        `runs as process ${service.pid} but cannot be reached: ${unreachable.message}`,
        `${unreachable.advice} If process ${service.pid} is another program, the service was killed: leeway start goes on where it was.`,
      ),
    );
  else if (isAlive(service.pid)) lines.push(ok('service', `process ${service.pid} at ${service.url}`));
  else
    lines.push(
      warn(
        'service',
        `leeway.json names process ${service.pid} at ${service.url}, which does not run: it was killed`,
        'Nothing is lost; `leeway start` goes on where it was.',
      ),
    );
  if (engine > 0 && isAlive(engine)) lines.push(ok('lock', `held by process ${engine}`));
  else lines.push(ok('lock', 'free (told by the status file; the lock itself was not tried)'));
  return lines;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function readJson(path: string): { readonly pid: number; readonly url: string } | null {
  try {
    const { pid, url } = JSON.parse(readText(path)) as { pid?: unknown; url?: unknown };
    return typeof pid === 'number' && pid > 0 && typeof url === 'string' ? { pid, url } : null;
  } catch {
    return null;
  }
}

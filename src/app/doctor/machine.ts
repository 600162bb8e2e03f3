import { readdirSync, readFileSync } from 'node:fs';
import { arch, release, totalmem, type } from 'node:os';
import { ageText, bytesText, type DoctorLine, linesOf } from './line.ts';

/** What is asked of a process and the machine it runs on. */
export interface MachineFacts {
  readonly leeway: string;
  readonly node: string;
  readonly system: string;
  /** Version of glibc, '' where there is none (musl). */
  readonly glibc: string;
  readonly linux: boolean;
  readonly timeZone: string;
  /** Bytes. */
  readonly rss: number;
  readonly memory: number;
  /** Open files and how many may be; null where the system does not tell. */
  readonly files: { readonly open: number; readonly most: number } | null;
  readonly uptimeSeconds: number;
}

/** Facts of this process. */
export function machineFacts(version: string): MachineFacts {
  const limit = process.constrainedMemory();
  const total = totalmem();
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return {
    leeway: version,
    node: process.versions.node,
    system: `${type()} ${release()} ${arch()}`,
    glibc: report.header?.glibcVersionRuntime ?? '',
    linux: process.platform === 'linux',
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    rss: process.memoryUsage.rss(),
    memory: limit > 0 && limit < total ? limit : total,
    files: openFiles(),
    uptimeSeconds: process.uptime(),
  };
}

function openFiles(): MachineFacts['files'] {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const most = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
    return { open: readdirSync('/proc/self/fd').length, most };
  } catch {
    return null;
  }
}

/** Least versions that are tested. */
const leastNode = [20, 19] as const;
const leastGlibc = [2, 17] as const;

/** Versions. */
export function versionLines(facts: MachineFacts): DoctorLine[] {
  const { ok, warn, fail } = linesOf('versions');
  const [a, b] = leastNode;
  const node = below(facts.node, leastNode)
    ? fail('node', `Node.js ${facts.node}`, `Use Node.js ${a}.${b} or newer.`)
    : ok('node', `Node.js ${facts.node}`);
  const libc = !facts.linux
    ? ok('libc', 'not Linux: no glibc is needed')
    : facts.glibc === ''
      ? warn(
          'libc',
          'no glibc (musl, as in Alpine): the embedded engine is not built for it',
          'Use an image with glibc (Debian, Ubuntu), or a ClickHouse server (clickhouse.url).',
        )
      : below(facts.glibc, leastGlibc)
        ? fail('libc', `glibc ${facts.glibc}`, `Use a system with glibc ${leastGlibc.join('.')} or newer.`)
        : ok('libc', `glibc ${facts.glibc}`);
  return [ok('leeway', `Leeway ${facts.leeway}`), node, ok('system', facts.system), libc];
}

/** What the process takes. */
export function processLines(facts: MachineFacts): DoctorLine[] {
  const { ok, warn } = linesOf('process');
  const share = facts.rss / facts.memory;
  const memoryText = `${bytesText(facts.rss)} of ${bytesText(facts.memory)} (${Math.round(share * 100)} %)`;
  const memory =
    share > 0.8
      ? warn(
          'memory',
          memoryText,
          'Give it more memory: the engine shares it, and is ended when it runs out.',
        )
      : ok('memory', memoryText);
  const zone = ok('time zone', `${facts.timeZone} (Leeway itself counts in UTC)`);
  return [ok('uptime', ageText(facts.uptimeSeconds * 1000)), memory, ...filesLine(facts), zone];
}

function filesLine({ files }: MachineFacts): DoctorLine[] {
  const { ok, warn } = linesOf('process');
  if (files === null) return [];
  const text = `${files.open} open of ${files.most}`;
  return [
    files.open > files.most * 0.8 || files.most < 4096
      ? warn('open files', text, 'Raise the limit to 65536: `ulimit -n`, LimitNOFILE= of systemd.')
      : ok('open files', text),
  ];
}

function below(version: string, least: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < least[0] || (major === least[0] && minor < least[1]);
}

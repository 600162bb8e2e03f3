import type { Handlers } from './handlers.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The part of a pino logger that is used here. */
export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/**
 * One line for each event, with the ids needed to find the rows it speaks of; never a payload, a body that is sent,
 * or a secret. What comes by the thousand is `debug`.
 */
export function createLog(log: Log): Handlers {
  return {
    ...intakeLines(log),
    ...sourceLines(log),
    ...workLines(log),
    ...actLines(log),
    ...accessLines(log),
    ...reloadLines(log),
  };
}

function intakeLines(log: Log): Handlers {
  return {
    batchStored: e =>
      log.debug(
        { rows: e.inferences.length, labels: e.labels, seconds: e.seconds },
        'batch stored and marked',
      ),
    recordRejected: e => log.debug({ ...e }, 'record rejected'),
    recordIgnored: e => log.debug({ ...e }, 'record ignored'),
    modelCreated: e => log.info({ ...e }, 'new model'),
    storeFailed: e => log.warn({ ...e }, 'statement failed'),
    storeRecovered: e => log.info({ ...e }, 'store answers again'),
    certificateReplaced: e =>
      log.info({ ...e }, 'the certificate of listen.tls was replaced: the new one is served'),
    problemOccurred: e => log[e.code.endsWith('_WARNING') ? 'warn' : 'error']({ code: e.code }, e.message),
  };
}

function sourceLines(log: Log): Handlers {
  return {
    sourceStarted: e => log.info({ ...e }, 'source started'),
    sourcePaused: e => log.warn({ ...e }, 'source paused'),
    sourceResumed: e => log.info({ ...e }, 'source resumed'),
    sourceFinished: e => log.info({ ...e }, 'source finished'),
    offsetReset: e => log.warn({ ...e }, 'offset was out of range: rows may be missing'),
    offsetsMissing: e => log.error({ ...e }, 'records were gone before they were read'),
    partitionLost: e => log.info({ ...e }, 'partition lost'),
    offsetCommitted: e => log.debug({ ...e }, 'offset committed'),
    lagMeasured: e => log.debug({ ...e }, 'lag measured'),
    sourceCrashed: e => log.error({ ...e }, 'source crashed'),
  };
}

function reloadLines(log: Log): Handlers {
  return {
    configReloaded: ({ changes }) => {
      for (const { text, effect } of changes) {
        if (effect === 'now') log.info({ setting: text }, 'setting changed');
        else log.warn({ setting: text }, 'setting changed in the file: it takes effect at the next start');
      }
      const restart = changes.filter(({ effect }) => effect === 'restart').length;
      log.info({ changed: changes.length, restart }, 'configuration read again');
    },
  };
}

function accessLines(log: Log): Handlers {
  return {
    // Whoever sends too much must not fill the log too.
    accessRefused: e => log[e.code === 'LW_RATE_LIMITED' ? 'debug' : 'warn']({ ...e }, 'request refused'),
    accessUsed: e => log.info({ ...e }, 'admin request'),
  };
}

function workLines(log: Log): Handlers {
  return {
    baselineCut: e => log.info({ ...e }, 'baseline made'),
    bucketsProfiled: e => log.debug({ ...e }, 'buckets profiled'),
    auditFinished: e => log[e.mismatches > 0 ? 'error' : 'debug']({ ...e }, 'audit finished'),
    windowJudged: e => {
      const drifted = e.findings
        .filter(f => f.verdict === 'drift')
        .map(f => `${f.check} ${f.subject}`.trim());
      const fields = {
        model: e.model,
        environment: e.environment,
        windowStart: e.windowStart,
        windowSeconds: e.windowSeconds,
        generation: e.generation.toString(),
        findings: e.findings.length,
        drifted,
      };
      log[drifted.length > 0 ? 'info' : 'debug'](fields, 'window judged');
    },
    leadershipChanged: ({ leads, ...e }) =>
      log[leads ? 'info' : 'warn'](e, leads ? 'this process leads' : 'this process leads no more'),
    electionNoted: e => log.info({ ...e }, 'election'),
    jobFinished: e => log[e.outcome === 'failed' ? 'error' : 'debug']({ ...e }, 'job finished'),
  };
}

function actLines(log: Log): Handlers {
  return {
    alertChanged: ({ body: _body, memory: _memory, ...fields }) => log.info(fields, 'alert changed'),
    deliveryAttempted: e => log[e.outcome === 'done' ? 'info' : 'warn']({ ...e }, 'delivery attempted'),
    breakerChanged: e =>
      log[e.state === 'closed' ? 'info' : 'warn'](
        { endpoint: e.endpoint, state: e.state, failures: e.failures },
        e.state === 'open'
          ? 'receiver left alone for a while'
          : e.state === 'half-open'
            ? 'receiver is tried with one message'
            : 'receiver answers again',
      ),
    orderChanged: ({ body: _body, result: _result, ...fields }) => log.info(fields, 'order changed'),
    callbackReceived: e => log[e.outcome === 'taken' ? 'info' : 'warn']({ ...e }, 'report on an order'),
  };
}

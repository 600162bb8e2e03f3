import { expect, test } from 'vitest';
import { baselineOf, contextOf } from '../../test/twins/samples.ts';
import type { Finding } from '../domain/finding.ts';
import { findingOf, type Said } from './check.ts';
import { listed } from './judged.ts';

const place = contextOf(baselineOf([]), {});
const drift = (subject: string, p: number, verdict: Said['verdict']): Finding =>
  findingOf(place, { check: 'drift', subject, verdict, p, alpha: 0.001, n: 100, sentence: '' });
const names = (findings: readonly Finding[]) =>
  findings.filter(finding => finding.detail['listed'] === true).map(finding => finding.subject);

test('once one subject drifts, those that stand out beside it are listed', () => {
  const findings = [
    drift('a', 1e-9, 'drift'),
    drift('b', 0.0012, 'stable'),
    drift('c', 0.5, 'stable'),
    findingOf(place, {
      check: 'missing',
      subject: 'b',
      verdict: 'drift',
      p: 1e-9,
      alpha: 0.001,
      n: 1,
      sentence: '',
    }),
  ];
  // Holm at .003 over three: 3e-9, then twice .0012, then .5.
  expect(names(listed(findings))).toEqual(['a', 'b']);
});

test('nothing is listed in a window without drift', () => {
  expect(names(listed([drift('a', 1e-9, 'stable'), drift('b', 0.5, 'stable')]))).toEqual([]);
});

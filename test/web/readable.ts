/** What every page must be: named for those who hear it, legible, no wider than the window. */
import type { Page } from 'playwright-core';

/** Names, labels and headings every page must have; the words of what is wrong. */
export const nameless = (page: Page) =>
  page.evaluate(() => {
    const wrong: string[] = [];
    if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
    if (document.querySelectorAll('main').length !== 1) wrong.push('not one main');
    if (document.documentElement.lang === '') wrong.push('no language');
    for (const e of document.querySelectorAll('img, canvas, svg[role=img]')) {
      if (!e.getAttribute('aria-label') && !e.getAttribute('alt'))
        wrong.push(`no label: ${e.outerHTML.slice(0, 80)}`);
    }
    for (const e of document.querySelectorAll('svg:not([role=img])')) {
      if (!e.closest('[aria-hidden=true]'))
        wrong.push(`svg neither named nor hidden: ${e.outerHTML.slice(0, 80)}`);
    }
    for (const e of document.querySelectorAll('button, a, summary')) {
      if ((e.textContent ?? '').trim() === '' && !e.getAttribute('aria-label'))
        wrong.push(`no name: ${e.outerHTML.slice(0, 80)}`);
    }
    for (const e of document.querySelectorAll<HTMLInputElement>('input, select, meter')) {
      if (!e.getAttribute('aria-label') && e.labels?.length === 0)
        wrong.push(`no label: ${e.outerHTML.slice(0, 80)}`);
    }
    for (const e of document.querySelectorAll('table')) {
      if (e.caption === null) wrong.push('table without caption');
    }
    const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
    for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) wrong.push(`id twice: ${id}`);
    return wrong;
  });

/** Contrast of every visible text with what lies behind it, where below 4.5 : 1. */
export const faintTexts = (page: Page) =>
  page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    const rgba = (colour: string) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour: number[]) => {
      const [r, g, b] = colour
        .slice(0, 3)
        .map(v => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const behind = (start: Element): number[] => {
      for (let e: Element | null = start; e !== null; e = e.parentElement) {
        const colour = rgba(getComputedStyle(e).backgroundColor);
        if (colour[3] === 255) return colour;
      }
      return [255, 255, 255, 255];
    };
    const faint: string[] = [];
    for (const e of document.querySelectorAll('body *')) {
      const text = [...e.childNodes].filter(
        n => n.nodeType === Node.TEXT_NODE && (n.textContent ?? '').trim() !== '',
      );
      const disabled = e.matches(':disabled') || e.closest('.unseen, .skip, svg') !== null;
      if (text.length === 0 || disabled || e.getClientRects().length === 0) continue;
      const pair = [luminance(rgba(getComputedStyle(e).color)), luminance(behind(e))].sort((a, b) => b - a);
      const contrast = (pair[0]! + 0.05) / (pair[1]! + 0.05);
      if (contrast < 4.5)
        faint.push(`${contrast.toFixed(2)} ${e.className} ${(e.textContent ?? '').slice(0, 30)}`);
    }
    return faint;
  });

/** Pixels by which the page is wider than the window. */
export const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

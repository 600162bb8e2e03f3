import { usage } from './usage.ts';

/** A share from 0 to 1, written `0.02` or `2%`. @throws LeewayError LW_USAGE */
export function parseShare(text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text) ?? [];
  const share = Number(digits) / (percent === '%' ? 100 : 1);
  if (digits === undefined || share > 1) throw usage(`"${text}" is no share: write it as 0.02 or 2%.`);
  return share;
}

/** `0.025` as `2.5 %`. */
export function shareText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

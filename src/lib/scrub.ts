/** Shorter texts than this are part of too many words to be struck out. */
const shortest = 6;
const apiKey = /lw_([0-9A-Za-z]{8,12})_[0-9A-Za-z]{27,64}/g;

/**
 * A function that strikes secrets out of a text: the last line of defence, for what other people's errors repeat. Each
 * is known plain, as JSON, in an address and in base64; API keys by their shape, of which the id stays.
 */
export function createScrub(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter(secret => secret.length >= shortest)
    .flatMap(secret => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
    ]);
  // The longest first: one secret may be the beginning of another.
  const known = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return text =>
    known
      .reduce((left, secret) => (left.includes(secret) ? left.replaceAll(secret, '<secret>') : left), text)
      .replace(apiKey, 'lw_$1_<secret>');
}

/** A fetch that speaks with whoever shows one certificate, and with nobody else. */
export function pinnedFetch(fingerprint: () => string | null): typeof fetch {
  let made: Promise<typeof fetch> | null = null;
  const make = async (): Promise<typeof fetch> => {
    // Loaded only where TLS is spoken.
    const { Agent, fetch: fetchBy } = await import('undici');
    const { pinnedConnector } = await import('../lib/pinned.ts');
    const dispatcher = new Agent({ connect: pinnedConnector(fingerprint) });
    return ((url: string, init: object) => fetchBy(url, { ...init, dispatcher })) as unknown as typeof fetch;
  };
  return async (url, init) => {
    made ??= make();
    return (await made)(url, init);
  };
}

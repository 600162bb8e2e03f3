/** What to look at, by the words of OpenSSL, Node and the brokers. Advice only: what is done never depends on a text. */
const hints: readonly (readonly [words: RegExp, hint: string])[] = [
  [
    /self[- ]signed certificate|unable to (verify the first|get (local )?issuer) certificate/i,
    "no known authority has signed the broker's certificate: name its PEM file in tls.ca",
  ],
  [
    /does not match certificate's altnames|altnames:/i,
    'the certificate is for another name than `brokers` has: correct brokers, or give tls.serverName',
  ],
  [/certificate has expired/i, "the broker's certificate, or an authority's, is out of date"],
  [
    /alert (certificate required|bad certificate|unknown ca|certificate unknown|certificate expired|handshake failure|number (42|45|46|48|116))/i,
    'the broker wants a client certificate of an authority it knows: look at tls.cert and tls.key',
  ],
  [
    /wrong version number|packet length too long|before secure TLS connection|record layer failure/i,
    'this listener seems to speak no TLS: look at the port in brokers, and at tls',
  ],
  [/mechanism is not supported by the server/i, 'the listener does not offer it: look at sasl.mechanism'],
  [/SASL (PLAIN|SCRAM)[\w -]* authentication failed/i, 'look at sasl.username and sasl.password'],
  [
    /refused the token/i,
    'look at the audience, scope and clock of the token, and at what the brokers expect',
  ],
];

/** A line with advice behind it, where its words give any. */
export function withHint(text: string): string {
  const hint = hints.find(([words]) => words.test(text))?.[1];
  return hint === undefined || text.includes(hint) ? text : `${text} (${hint})`;
}

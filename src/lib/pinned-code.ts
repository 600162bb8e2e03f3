/** Code of the error when another certificate is shown than the one that is trusted. */
export const otherCertificate = 'LEEWAY_OTHER_CERTIFICATE';

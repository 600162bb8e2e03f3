import { Type } from 'typebox';
import { secretText } from './sources.ts';

/** Secrets of the protection of people. */
export const privacySchema = Type.Object(
  {
    hashKey: Type.Optional(
      secretText(
        'Key of the hashes that `fields.hash` asks for, at least 32 characters; `openssl rand -hex 32` makes one. Another key gives every value another hash.',
      ),
    ),
  },
  { additionalProperties: false, default: {}, description: 'How people are protected.' },
);

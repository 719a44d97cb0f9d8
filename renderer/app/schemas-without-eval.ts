// Owns one switch: schemas are interpreted, not compiled, since the page's policy forbids eval. Imported before any schema.

import { z } from 'zod';

z.config({ jitless: true });

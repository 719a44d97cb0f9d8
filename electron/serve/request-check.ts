// Owns who may knock at the console's door at all: names of this machine only, pages of our own only, and the token. Must
// never tell by its timing how much of a token was right.

import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { networkInterfaces } from 'node:os';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

export interface DoorRules {
  /** Host names, with their port, under which the console may be addressed. */
  readonly hosts: ReadonlySet<string>;
  /** Of the page, where it is not served here. */
  readonly pageOrigin: string | undefined;
  readonly token: string;
}

/** The names of a server that listens at an address and a port. */
export function doorRules({
  address,
  port,
  ...rules
}: { readonly address: string; readonly port: number } & Omit<DoorRules, 'hosts'>): DoorRules {
  const own = LOOPBACK.includes(address) ? [] : [bracketed(address), ...ownAddresses()];
  return { hosts: new Set([...LOOPBACK, ...own].map((name) => `${name}:${port}`)), ...rules };
}

/**
 * Why a request may not come in; undefined when it may. A page of another site can send requests here, under a name of its
 * own that it has pointed at this machine.
 */
export function refusedAtTheDoor({ host, origin }: IncomingHttpHeaders, rules: DoorRules): string | undefined {
  if (host === undefined || !rules.hosts.has(host)) return 'this console is not known by that name';
  if (origin !== undefined && !originsOf(rules).includes(origin)) return 'pages of other sites may not come in';
  return undefined;
}

/** Every origin that the console's page may have. */
export function originsOf({ hosts, pageOrigin }: DoorRules): readonly string[] {
  const served = [...hosts].map((name) => `http://${name}`);
  return pageOrigin === undefined ? served : [...served, pageOrigin];
}

export function isToken(text: string, { token }: DoorRules): boolean {
  const [a, b] = [Buffer.from(text), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => bracketed(address)));
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

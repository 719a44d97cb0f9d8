// Owns who does a deliberate act at the gate: a person, or an automatic rule that stands in for one.

export interface Actor {
  readonly kind: 'person' | 'automatic';
  /** Who, as it is recorded: a name, or the rule ("--approve auto"). */
  readonly name: string;
}

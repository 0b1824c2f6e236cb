package neox.hub.examples.internal;

import neox.hub.examples.Opcodes;

/// Closes a circle of two packages.
public class Inner {
  Opcodes opcodes = new Opcodes();
}

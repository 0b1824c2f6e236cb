package neox.model;

/// What dropout draws from in one pass through a network.
public sealed interface Noise {
  /// libtorch's default generator, whose state checkpoints hold: where one rank does everything.
  record OfProcess() implements Noise {}

  /// For each dropout a generator of its own, which follows from this number and from where the
  /// dropout stands: there is no state to save, and a pass that is computed again draws the same.
  record Seeded(long seed) implements Noise {}

  /// See [OfProcess].
  static Noise ofProcess() {
    return new OfProcess();
  }

  /// The noise of one micro-batch on one replica of the network.
  ///
  /// @param seed of the run
  /// @param microBatch counted over the whole run
  static Noise of(long seed, long replica, long microBatch) {
    return new Seeded(Seeds.mix(Seeds.mix(Seeds.mix(seed) + replica) + microBatch));
  }

  /// The noise of one of several parts that are computed by themselves.
  default Noise ofPart(int part) {
    return switch (this) {
      case OfProcess _ -> this;
      case Seeded(long seed) -> new Seeded(Seeds.mix(seed + 1 + part));
    };
  }
}

package neox.train.plan;

/// What share of a stated peak is reached. The numbers are not from first principles: they are
/// chosen so that published step times come out (docs/planning.md says which, and which runs were
/// left aside to check them).
///
/// A product with an `[out, in]` matrix reaches `products · w / (w + halfWidth)` of the peak, with
/// w = min(out, in): small matrices fill a device badly.
///
/// @param fusedAttention of the peak, by attention that never writes its scores
/// @param memory of the memory's bandwidth
/// @param inside of the links within a machine
/// @param network of the links between machines
record Efficiency(
    double products,
    double halfWidth,
    double fusedAttention,
    double memory,
    double inside,
    double network) {
  static final Efficiency CALIBRATED = new Efficiency(0.75, 400, 0.25, 0.5, 0.7, 0.6);

  double product(double out, double in) {
    double narrow = Math.min(out, in);
    return products * narrow / (narrow + halfWidth);
  }

  /// Seconds that a message takes.
  double seconds(Traffic.Link link) {
    return link.seconds() / (link.network() ? network : inside);
  }
}

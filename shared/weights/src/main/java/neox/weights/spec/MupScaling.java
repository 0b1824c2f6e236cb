package neox.weights.spec;

import neox.config.model.Mup;

/// What muP (arXiv:2203.03466 table 8, for Adam) does to a parameter. With m, how much wider the
/// input of a matrix is than in the base network:
///
///     matrices: first values / √m, rate / m, weight decay · m
///
/// Embeddings, the output layer (whose input [neox.config.model.Mup#widthFactor] divides), norms
/// and biases stay as they are. The decay's factor makes up for the rate's: what a step takes from a
/// weight does not depend on the width.
record MupScaling(Mup mup) {
  ParameterSpec apply(ParameterSpec spec) {
    long[] shape = spec.shape().sizes();
    boolean matrix = mup.shapes().isMatrix(spec.key(), shape);
    double width = matrix ? mup.shapes().widthFactor(spec.key(), shape) : 1;
    return spec.withInitializer(initializer(spec.initializer(), width))
        .withGroup(group(spec.group(), width));
  }

  /// NeoX compat: rates are not scaled.
  private Group group(Group group, double width) {
    double rate =
        switch (mup.rules()) {
          case NEOX -> group.rateFactor();
          case PAPER -> group.rateFactor() / width;
        };
    return new Group(group.decayFactor() * width, rate);
  }

  private Initializer initializer(Initializer initializer, double width) {
    return switch (initializer) {
      case Initializer.Random random -> scaled(random, width);
      case Initializer.Constant _, Initializer.Uniform _ -> initializer;
    };
  }

  /// NeoX compat: √m, whatever the method makes of the width itself.
  private Initializer.Random scaled(Initializer.Random random, double width) {
    double root = mup.initScale() / Math.sqrt(width);
    return switch (mup.rules()) {
      case NEOX -> with(random, random.hiddenSize(), root);
      case PAPER ->
          switch (random.method()) {
            case NORMAL, SCALED_NORMAL, SINGLE_RESIDUAL_SCALED_NORMAL ->
                with(random, random.hiddenSize(), root);
            case SMALL_INIT, WANG_INIT ->
                with(
                    random,
                    Math.toIntExact(Math.round(random.hiddenSize() / mup.widthFactor())),
                    root);
            case XAVIER_NORMAL, XAVIER_UNIFORM, ORTHOGONAL, SCALED_ORTHOGONAL ->
                with(random, random.hiddenSize(), mup.initScale()); // they know the width
          };
    };
  }

  private static Initializer.Random with(Initializer.Random random, int hidden, double factor) {
    return new Initializer.Random(
        random.method(), random.std(), random.layers(), hidden, factor * random.factor());
  }
}

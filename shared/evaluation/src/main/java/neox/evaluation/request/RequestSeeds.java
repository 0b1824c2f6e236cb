package neox.evaluation.request;

import java.util.HashMap;
import java.util.Map;
import neox.inference.sampling.RandomStream;

/// Seeds of requests that are drawn: each follows from its context and from how often that was
/// asked before, so that neither `--limit` nor answers that are known already change the others.
/// Mutable.
final class RequestSeeds {
  /// The harness's own seed of torch, whose numbers cannot be had again.
  private static final long SEED = 1234;

  private final Map<String, Integer> asked = new HashMap<>();

  long next(String context) {
    long repetition = asked.merge(context, 1, Integer::sum);
    long text = RandomStream.key(context.chars().asLongStream().toArray());
    return RandomStream.key(SEED, text, repetition);
  }
}

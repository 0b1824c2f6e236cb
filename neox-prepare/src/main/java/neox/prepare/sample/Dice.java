package neox.prepare.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random choices that depend on the seed alone: [Random] is specified down to the bit.
final class Dice {
  private final Random random;

  Dice(long seed) {
    this.random = new Random(seed);
  }

  /// A number from `low` to `high`, both included.
  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  <T> T one(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  String word(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /// One of the choices that is not among `taken`.
  <T> T other(List<T> choices, List<T> taken) {
    T chosen = one(choices);
    while (taken.contains(chosen)) {
      chosen = one(choices);
    }
    return chosen;
  }

  /// `count` different choices.
  <T> List<T> several(List<T> choices, int count) {
    List<T> chosen = new ArrayList<>();
    while (chosen.size() < count) {
      chosen.add(other(choices, chosen));
    }
    return chosen;
  }

  <T> void shuffle(List<T> values) {
    java.util.Collections.shuffle(values, random);
  }
}

package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.UserException;
import neox.weights.ByteSource;
import neox.weights.Shape;
import neox.weights.neox.RankTensors.Stored;
import neox.weights.spec.Home;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;

/// Compares what a checkpoint holds with what the configured network needs.
///
/// @param ranks the tensors of each tensor-parallel rank
/// @param table the parameters of the network, by key
record ParameterCheck(Path directory, List<RankTensors> ranks, Map<String, ParameterSpec> table) {

  void run() throws IOException {
    for (RankTensors rank : ranks) {
      Set<String> surplus = new LinkedHashSet<>(rank.keys());
      for (ParameterSpec spec : table.values()) {
        check(rank, spec);
        for (Home home : spec.homes()) {
          surplus.remove(home.key());
        }
      }
      for (String key : surplus) {
        Stored stored = rank.find(key).orElseThrow();
        throw new UserException(
            stored.file()
                + ": "
                + stored.key()
                + " "
                + stored.shape()
                + " is not a parameter of the configured network ("
                + table.size()
                + " are); do the config files belong to this checkpoint?");
      }
    }
  }

  private void check(RankTensors rank, ParameterSpec spec) throws IOException {
    Stored first = rank.find(spec.key()).orElseThrow(() -> missing(directory, spec.key()));
    for (Home home : spec.homes()) {
      Stored stored = rank.find(home.key()).orElseThrow(() -> missing(directory, home.key()));
      check(spec, stored);
      if (!home.key().equals(spec.key()) && differ(first, stored)) {
        throw UserException.of(
            "%s: %s differs from %s of %s; it is one parameter, which all of them hold",
            stored.file(), stored.key(), first.key(), first.file());
      }
    }
  }

  private static boolean differ(Stored a, Stored b) throws IOException {
    a.tensor().bytes().check();
    b.tensor().bytes().check();
    return !ByteSource.same(a.tensor().bytes(), b.tensor().bytes());
  }

  private void check(ParameterSpec spec, Stored stored) {
    Shape expected = expected(spec);
    if (!stored.shape().equals(expected)) {
      throw new UserException(
          stored.file()
              + ": "
              + stored.key()
              + " has shape "
              + stored.shape()
              + "; expected "
              + expected
              + " by the configuration");
    }
    if (!stored.dtype().isFloatingPoint()) {
      throw UserException.of(
          "%s: %s is %s; expected a floating-point type",
          stored.file(), stored.key(), stored.dtype());
    }
    Stored first = ranks.getFirst().find(spec.key()).orElseThrow();
    if (first.dtype() != stored.dtype()) {
      throw new UserException(
          stored.file()
              + ": "
              + stored.key()
              + " is "
              + stored.dtype()
              + ", but "
              + first.dtype()
              + " on rank 0");
    }
  }

  private Shape expected(ParameterSpec spec) {
    try {
      return Shards.local(spec, ranks.size());
    } catch (IllegalArgumentException e) {
      throw new UserException(directory + ": " + e.getMessage(), e);
    }
  }

  static UserException missing(Path directory, String key) {
    return new UserException(
        directory
            + ": parameter "
            + key
            + " of the configured network is in no file;"
            + " do the config files belong to this checkpoint?");
  }
}

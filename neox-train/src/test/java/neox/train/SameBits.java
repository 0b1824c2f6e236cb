package neox.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import neox.config.model.ModelConfig;
import neox.train.LayoutMatrix.Curve;
import neox.train.LayoutMatrix.Layout;
import neox.train.LayoutMatrix.Outcome;
import neox.train.LayoutMatrix.Style;
import neox.weights.neox.NeoxCheckpoint;

/// Runs with `deterministic: layout`, and what they come to, bit for bit.
///
/// @param matrix of the runs
/// @param directory for what they save
record SameBits(LayoutMatrix matrix, Path directory) {
  /// What a run has come to.
  ///
  /// @param digest of all weights, by their names
  record Result(Curve curve, String digest) {}

  /// Trains on a layout.
  ///
  /// @param settings besides those of the style and the layout
  Result run(Style style, Layout layout, Map<String, String> settings) throws IOException {
    Path save = Files.createTempDirectory(directory, "save");
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("deterministic", "layout");
    all.put("deterministic_shards", "12");
    all.put("make_vocab_size_divisible_by", "43"); // 12 shards have 516 rows
    all.put("save", save.toString());
    return switch (matrix.run(style, layout, all)) {
      case Outcome.Trained(Curve curve) ->
          new Result(curve, digest(save, matrix.model(style, layout, all)));
      case Outcome.Refused(String reason) -> throw new IllegalStateException(reason);
    };
  }

  static String digest(Path save, ModelConfig model) throws IOException {
    try (NeoxCheckpoint saved = NeoxCheckpoint.open(save, OptionalLong.empty(), model)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String name : new TreeSet<>(saved.names())) {
        digest.update(name.getBytes());
        digest.update(saved.view(name).bytes().asByteBuffer());
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

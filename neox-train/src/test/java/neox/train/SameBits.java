package neox.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

  /// What a run is besides its style: `deterministic_shards`, and settings.
  enum Variant {
    FP32(4, Map.of()),
    TWELFTHS(12, Map.of()),
    BF16(
        4,
        Map.of(
            "precision", "bfloat16",
            "hidden_dropout", "0.1",
            "attention_dropout", "0.1",
            "checkpoint_activations", "true")),
    FP16(
        4,
        Map.of(
            "fp16", "{enabled: true, initial_scale_power: 12}",
            "data_types.grad_accum_dtype", "fp32",
            "hidden_dropout", "0.1",
            "z_loss_multiplier", "0.001"));

    private final int shards;

    @SuppressWarnings("ImmutableEnumChecker") // Map.of
    private final Map<String, String> settings;

    Variant(int shards, Map<String, String> settings) {
      this.shards = shards;
      this.settings = settings;
    }

    private Map<String, String> settings() {
      Map<String, String> all = new LinkedHashMap<>(settings);
      all.put("deterministic", "layout");
      all.put("deterministic_shards", String.valueOf(shards));
      all.put("make_vocab_size_divisible_by", String.valueOf(ROWS / shards));
      return all;
    }

    boolean isFor(Layout layout) {
      return shards % layout.tensor() == 0;
    }
  }

  /// The padded vocabulary.
  private static final int ROWS = 516;

  /// Trains on a layout.
  Result run(Style style, Variant variant, Layout layout) throws IOException {
    return run(style, variant, layout, Files.createTempDirectory(directory, "save"), Map.of());
  }

  /// The same, saving to and going on from a directory.
  ///
  /// @param settings besides all others
  Result run(Style style, Variant variant, Layout layout, Path save, Map<String, String> settings)
      throws IOException {
    Map<String, String> all = variant.settings();
    all.put("save", save.toString());
    all.put("load", save.toString());
    all.putAll(settings);
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
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update(saved.view(name).bytes().asByteBuffer());
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

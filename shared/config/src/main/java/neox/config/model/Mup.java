package neox.config.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// Maximal update parametrization (arXiv:2203.03466): a wide network is scaled so that the
/// hyperparameters of a narrow one are good for it, too (`use_mup`).
///
/// @param shapes of the narrow network (`base_shapes_file`)
/// @param widthFactor how often the residual stream is as wide as there
/// @param rules `mup_rules`
/// @param initScale multiplies all random first values (`mup_init_scale`)
/// @param attentionTemperature divides scores (`mup_attn_temp`)
/// @param outputTemperature divides logits (`mup_output_temp`)
/// @param embeddingFactor multiplies embeddings (`mup_embedding_mult`)
public record Mup(
    BaseShapes shapes,
    double widthFactor,
    Rules rules,
    double initScale,
    double attentionTemperature,
    double outputTemperature,
    double embeddingFactor) {

  /// Whose rules scale the network.
  public enum Rules {
    /// What GPT-NeoX computes: first values of matrices / √m, their weight decay · m, as L2. It
    /// sets out to follow the paper, but its scheduler overwrites the rates of matrices, and it
    /// builds its network with muP switched off: scores, embeddings and the logits of an output
    /// layer that is not tied are not scaled, and the factors for them have no effect.
    NEOX,
    /// Table 8 of the paper.
    PAPER
  }

  private static final String USE = "use_mup";
  public static final String FILE = "base_shapes_file";
  private static final String TEMPERATURE = "mup_attn_temp";
  private static final String WORDS = "0.word_embeddings.weight";

  /// Empty unless it is asked for, and while base shapes are only to be saved.
  static Optional<Mup> from(ConfigTable t, int hiddenSize) {
    t.section("muP");
    boolean use = t.flag(USE, false, "scale the network by maximal update parametrization");
    boolean save = t.says("save_base_shapes", "true");
    Optional<Path> file =
        t.path(FILE, "shapes of the base network; .0 is added to its name, NeoX's rank");
    Rules rules =
        t.choice(
            "mup_rules",
            Rules.NEOX,
            "neox: what GPT-NeoX computes, which scales neither rates nor scores nor logits; paper:"
                + " arXiv:2203.03466");
    double init = t.real("mup_init_scale", 1.0, Range.POSITIVE, "multiplies first values");
    double attention =
        t.real(
            TEMPERATURE,
            1.0,
            Range.POSITIVE,
            "divides scores, by mup_rules paper; GPT-NeoX does not read it");
    double output =
        t.real(
            "mup_output_temp",
            1.0,
            Range.POSITIVE,
            "divides logits, by mup_rules paper; GPT-NeoX does not read it");
    double embedding =
        t.real(
            "mup_embedding_mult",
            1.0,
            Range.POSITIVE,
            "multiplies embeddings, by mup_rules paper; GPT-NeoX does not come to use it");
    t.check(
        !use || file.isPresent(),
        List.of(FILE, USE),
        "required but missing: the file of the base network's shapes");
    if (!use || save || file.isEmpty()) {
      return Optional.empty();
    }
    return read(t, file.get())
        .map(shapes ->
            new Mup(
                shapes,
                shapes.widthFactor(WORDS, 1, hiddenSize),
                rules,
                init,
                attention,
                output,
                embedding));
  }

  /// The file that a rank of GPT-NeoX writes; here the first does.
  public static Path fileOf(Path base) {
    return base.resolveSibling(base.getFileName() + ".0");
  }

  private static Optional<BaseShapes> read(ConfigTable t, Path base) {
    Path file = fileOf(base);
    try {
      t.check(Files.exists(file), List.of(FILE), "%s does not exist", file);
      return Files.exists(file) ? Optional.of(BaseShapes.read(file)) : Optional.empty();
    } catch (IOException e) {
      throw new UserException(FILE + ": cannot be read: " + e.getMessage(), e);
    }
  }
}

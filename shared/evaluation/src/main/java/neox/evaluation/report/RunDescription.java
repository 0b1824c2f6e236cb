package neox.evaluation.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.OptionalInt;
import neox.evaluation.task.PromptStyle;
import neox.inference.BatchSize;
import neox.tokenizer.Tokenizer;

/// What was evaluated and how, for the head of the reports.
///
/// @param style of all prompts
/// @param started local time, which also names the files
public record RunDescription(
    ModelDescription model,
    Settings settings,
    PromptStyle style,
    LocalDateTime started,
    Duration elapsed) {

  /// What the caller asked for.
  ///
  /// @param device where the model ran, as PyTorch names it
  /// @param cache directory of answers that are kept
  /// @param limit documents per task: a count from 1 on, a share below 1; empty for all
  /// @param shots examples before each question; empty for each task's own number
  /// @param generation changed options of tasks that generate text
  /// @param metadata what the caller wants to be kept of the run
  public record Settings(
      BatchSize batchSize,
      String device,
      Optional<Path> cache,
      Optional<Double> limit,
      Optional<Integer> shots,
      ObjectNode generation,
      ObjectNode metadata,
      int bootstrapIterations,
      Seeds seeds) {}

  /// A token that stands for no text.
  public record SpecialToken(String written, int id) {
    /// The token of an id, if there is one.
    public static Optional<SpecialToken> of(OptionalInt id, Tokenizer tokenizer) {
      return id.stream()
          .mapToObj(each -> new SpecialToken(tokenizer.decode(each), each))
          .findFirst();
    }
  }

  /// What is known of the model.
  ///
  /// @param source the kind of model, such as `neox`
  /// @param arguments what it was opened with; `pretrained` is its name
  /// @param parameters how many numbers it has, where known
  /// @param dtype of its parameters, as PyTorch names it, where known
  /// @param begin the token that begins texts, if there is one
  /// @param end the one that ends them, likewise
  public record ModelDescription(
      String source,
      ObjectNode arguments,
      Optional<Long> parameters,
      Optional<String> dtype,
      int maxLength,
      Optional<SpecialToken> begin,
      Optional<SpecialToken> end) {

    /// The directory it came from.
    public String name() {
      return arguments.path("pretrained").asText();
    }

    /// [#name] as a name for a directory.
    public String sanitizedName() {
      return sanitized(name());
    }

    static String sanitized(String name) {
      return name.replaceAll("[\"<>:/|\\\\?*\\[\\]]+", "__");
    }
  }

  /// Only `fewShot` has an effect here; the others are kept in results as the caller gave them.
  public record Seeds(long random, long numpy, long torch, long fewShot) {
    public static final Seeds DEFAULT = new Seeds(0, 1234, 1234, 1234);
  }
}

package neox.preprocess.command;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.preprocess.PreprocessPlan;
import neox.preprocess.encode.OnError;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How texts become datasets: the options that every command has which tokenizes a corpus; used as
/// a picocli mixin.
@HelpGroup("Tokenizing")
public final class TokenizingOptions {
  @Option(
      names = {"--jsonl-keys", "--jsonl_keys"},
      arity = "1..*",
      paramLabel = "KEY",
      description = {
        "Keys of a row that hold text, one dataset each (default: text, and conversation of chats)."
      })
  private List<String> keys = List.of();

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Encoding threads (default: all cores).")
  private int workers = Runtime.getRuntime().availableProcessors();

  @Option(
      names = {"--on-error", "--on_error"},
      paramLabel = "stop|skip",
      description = "What to do with a bad row or a damaged archive (default: stop).")
  private OnError onError = OnError.STOP;

  @Option(
      names = {"--error-report", "--error_report"},
      paramLabel = "FILE",
      description =
          "Where to list what --on-error skip leaves out (default: PREFIX_skipped.jsonl).")
  private @Nullable Path errorReport;

  @Option(
      names = "--resume",
      description = {
        "Go on with the work of an earlier run that did not end (kept in PREFIX.partial); where",
        "there is none, begin. A command may always carry it: when the output is complete and",
        "its input is the same, there is nothing to do."
      })
  private boolean resume;

  @Option(names = "--overwrite", description = "Replace output that is already there.")
  private boolean overwrite;

  @Option(
      names = {"--log-interval", "--log_interval"},
      paramLabel = "N",
      description = "Print a line every N documents (default: never).")
  private long logInterval;

  @Option(
      names = "--ftfy",
      description = {
        "Mend damaged text first, as ftfy 6.3.1 does: mojibake, HTML entities, ligatures, curly",
        "quotes, control characters and the like. Texts that become empty are left out."
      })
  private boolean ftfy;

  /// The keys, one dataset each.
  public List<String> keys() {
    return keysOr("text");
  }

  /// The keys, or this one when none were given.
  List<String> keysOr(String key) {
    return keys.isEmpty() ? List.of(key) : keys;
  }

  /// Whether output that is there may be replaced.
  public boolean overwrite() {
    return overwrite;
  }

  /// Has output that is there replaced, whatever the caller said.
  public void replaceOutput() {
    overwrite = true;
  }

  /// Whether texts are mended.
  public boolean ftfy() {
    return ftfy;
  }

  /// The plan that the options make of these inputs.
  ///
  /// @param expectedDocuments for the progress line when the input has no size; 0 for unknown
  public PreprocessPlan plan(
      List<String> inputs,
      Path outputPrefix,
      PreprocessPlan.Ending ending,
      long expectedDocuments) {
    return builder(inputs, outputPrefix, ending, expectedDocuments).build();
  }

  /// The same plan, to be changed further.
  public PreprocessPlan.Builder builder(
      List<String> inputs,
      Path outputPrefix,
      PreprocessPlan.Ending ending,
      long expectedDocuments) {
    if (workers < 1) {
      throw UserException.of("--workers: expected at least 1, found %d", workers);
    }
    PreprocessPlan.Builder plan =
        PreprocessPlan.builder(inputs, outputPrefix)
            .keys(keys())
            .ending(ending)
            .mending(ftfy ? PreprocessPlan.Mending.FTFY : PreprocessPlan.Mending.NONE)
            .workers(workers)
            .onError(onError)
            .existing(
                overwrite ? PreprocessPlan.Existing.OVERWRITE : PreprocessPlan.Existing.REFUSE)
            .unfinished(resume ? PreprocessPlan.Unfinished.RESUME : PreprocessPlan.Unfinished.KEEP)
            .expectedDocuments(positive(expectedDocuments))
            .logInterval(positive(logInterval));
    if (errorReport != null) {
      if (onError != OnError.SKIP) {
        throw new UserException("--error-report lists what --on-error skip leaves out; give both");
      }
      plan.errorReport(errorReport);
    }
    return plan;
  }

  private static OptionalLong positive(long value) {
    return value > 0 ? OptionalLong.of(value) : OptionalLong.empty();
  }
}

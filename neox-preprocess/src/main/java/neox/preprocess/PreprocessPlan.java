package neox.preprocess;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import neox.data.indexed.IndexLayout;
import neox.data.indexed.IndexedTokens;
import neox.preprocess.encode.OnError;
import neox.preprocess.input.Shard;

/// What to tokenize, and where to. Made by [#builder].
///
/// @param inputs files, directories or `-`, in order
/// @param outputPrefix the dataset of a key is `{outputPrefix}_{key}_document`
/// @param keys which fields of a JSON row become documents, one dataset each
/// @param ending whether each document ends in the end-of-document token
/// @param mending what happens to a text before it is tokenized
/// @param layout how the index is laid out
/// @param shard which part of the input is this run's
/// @param workers encoding threads; the output does not depend on them
/// @param errorReport where skipped rows are listed; empty for the usual place
/// @param existing what to do when the output is already there
/// @param unfinished what to do when an earlier run did not end
/// @param saveBytes how much text may be lost in a crash
/// @param expectedDocuments for the progress line when the input has no size
/// @param logInterval print a line every so many documents; empty for none
public record PreprocessPlan(
    List<String> inputs,
    Path outputPrefix,
    List<String> keys,
    Ending ending,
    Mending mending,
    IndexLayout layout,
    Shard shard,
    int workers,
    OnError onError,
    Optional<Path> errorReport,
    Existing existing,
    Unfinished unfinished,
    long saveBytes,
    OptionalLong expectedDocuments,
    OptionalLong logInterval) {
  private static final long SAVE_BYTES = 64L << 20;

  /// How a document ends.
  public enum Ending {
    PLAIN,
    END_OF_DOCUMENT
  }

  /// Whether damaged text is mended.
  public enum Mending {
    NONE,
    FTFY
  }

  /// What happens to output of an earlier run.
  public enum Existing {
    REFUSE,
    OVERWRITE
  }

  /// What happens to the work of an earlier run that was interrupted.
  public enum Unfinished {
    /// It stays, unless existing output is to be overwritten.
    KEEP,
    /// This run goes on with it.
    RESUME
  }

  public PreprocessPlan {
    inputs = List.copyOf(inputs);
    keys = List.copyOf(keys);
    if (inputs.isEmpty() || keys.isEmpty() || workers < 1) {
      throw new IllegalArgumentException("nothing to do");
    }
  }

  /// A plan of which only these two must be said.
  public static Builder builder(List<String> inputs, Path outputPrefix) {
    return new Builder(inputs, outputPrefix);
  }

  /// The dataset of one key.
  public Path dataset(String key) {
    return sibling("_" + key + "_document");
  }

  /// Whether there is a dataset for every key already, of whatever content.
  public boolean hasOutput() {
    return keys.stream().allMatch(key -> IndexedTokens.exists(dataset(key)));
  }

  /// Where the output is built.
  Path workDirectory() {
    return sibling(".partial");
  }

  /// Where a run that may be resumed says what it has made.
  Path completion() {
    return sibling(".done.json");
  }

  /// Where skipped rows are listed.
  Path report() {
    return errorReport.orElseGet(() -> sibling("_skipped.jsonl"));
  }

  private Path sibling(String ending) {
    return outputPrefix.resolveSibling(outputPrefix.getFileName() + shard.suffix() + ending);
  }

  /// Gathers what differs from the ordinary. Mutable, not thread-safe.
  public static final class Builder {
    private final List<String> inputs;
    private final Path outputPrefix;
    private List<String> keys = List.of("text");
    private Ending ending = Ending.PLAIN;
    private Mending mending = Mending.NONE;
    private IndexLayout layout = IndexLayout.MMAP;
    private Shard shard = Shard.WHOLE;
    private int workers = Runtime.getRuntime().availableProcessors();
    private OnError onError = OnError.STOP;
    private Optional<Path> errorReport = Optional.empty();
    private Existing existing = Existing.REFUSE;
    private Unfinished unfinished = Unfinished.KEEP;
    private long saveBytes = SAVE_BYTES;
    private OptionalLong expectedDocuments = OptionalLong.empty();
    private OptionalLong logInterval = OptionalLong.empty();

    private Builder(List<String> inputs, Path outputPrefix) {
      this.inputs = inputs;
      this.outputPrefix = outputPrefix;
    }

    public Builder keys(List<String> value) {
      keys = value;
      return this;
    }

    public Builder ending(Ending value) {
      ending = value;
      return this;
    }

    public Builder mending(Mending value) {
      mending = value;
      return this;
    }

    public Builder layout(IndexLayout value) {
      layout = value;
      return this;
    }

    public Builder shard(Shard value) {
      shard = value;
      return this;
    }

    public Builder workers(int value) {
      workers = value;
      return this;
    }

    public Builder onError(OnError value) {
      onError = value;
      return this;
    }

    public Builder errorReport(Path value) {
      errorReport = Optional.of(value);
      return this;
    }

    public Builder existing(Existing value) {
      existing = value;
      return this;
    }

    public Builder unfinished(Unfinished value) {
      unfinished = value;
      return this;
    }

    public Builder saveBytes(long value) {
      saveBytes = value;
      return this;
    }

    public Builder expectedDocuments(OptionalLong value) {
      expectedDocuments = value;
      return this;
    }

    public Builder logInterval(OptionalLong value) {
      logInterval = value;
      return this;
    }

    public PreprocessPlan build() {
      return new PreprocessPlan(
          inputs,
          outputPrefix,
          keys,
          ending,
          mending,
          layout,
          shard,
          workers,
          onError,
          errorReport,
          existing,
          unfinished,
          saveBytes,
          expectedDocuments,
          logInterval);
    }
  }
}

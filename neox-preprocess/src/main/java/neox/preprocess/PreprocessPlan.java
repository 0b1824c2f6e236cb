package neox.preprocess;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// What to tokenize, and where to.
///
/// @param inputs files, directories or `-`, in order
/// @param outputPrefix the dataset of a key is `{outputPrefix}_{key}_document`
/// @param keys which fields of a JSON row become documents, one dataset each
/// @param ending whether each document ends in the end-of-document token
/// @param mending what happens to a text before it is tokenized
/// @param workers encoding threads; the output does not depend on them
/// @param existing what to do when the output is already there
/// @param expectedDocuments for the progress line when the input has no size
/// @param logInterval print a line every so many documents; empty for none
public record PreprocessPlan(
    List<String> inputs,
    Path outputPrefix,
    List<String> keys,
    Ending ending,
    Mending mending,
    int workers,
    OnError onError,
    Existing existing,
    OptionalLong expectedDocuments,
    OptionalLong logInterval) {

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

  public PreprocessPlan {
    inputs = List.copyOf(inputs);
    keys = List.copyOf(keys);
    if (inputs.isEmpty() || keys.isEmpty() || workers < 1) {
      throw new IllegalArgumentException("nothing to do");
    }
  }

  /// The dataset of one key.
  public Path dataset(String key) {
    return outputPrefix.resolveSibling(outputPrefix.getFileName() + "_" + key + "_document");
  }
}

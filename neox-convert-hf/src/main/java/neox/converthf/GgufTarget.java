package neox.converthf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.Progress;
import neox.base.UserException;
import neox.base.progress.ProgressUnit;
import neox.base.text.ShellWord;
import neox.config.TokenizerConfig;
import neox.config.model.HeadConfig.Output;
import neox.config.model.ModelConfig;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.tokenizer.special.TextBounds;
import neox.weights.gguf.GgufFile;
import neox.weights.gguf.GgufVocabulary;
import neox.weights.gguf.OutType;
import neox.weights.hf.HfConfig.SpecialTokens;
import neox.weights.hf.HfFamily;
import neox.weights.spec.NetworkSpec;

/// One file for llama.cpp.
///
/// @param wanted the family; the first that can express the network where there is none
/// @param outType of the matrices
/// @param rows which rows of the padded vocabulary are kept
/// @param tokenizer whose vocabulary is written
record GgufTarget(
    Optional<HfFamily> wanted, OutType outType, VocabularyRows rows, TokenizerChoice tokenizer)
    implements Target {
  private static final String ENDING = ".gguf";

  private HfFamily family(ModelConfig model) {
    return wanted.orElseGet(() -> HfFamily.of(model));
  }

  @Override
  public List<String> obstacles(ModelConfig model) {
    List<String> reasons = new ArrayList<>(family(model).obstacles(model));
    if (model.head().output() == Output.REWARD) {
      reasons.add("GGUF has no reward head (train_impl: rm)");
    }
    if (reasons.isEmpty()) {
      reasons.addAll(GgufFile.obstacles(family(model), model));
    }
    return reasons;
  }

  @Override
  public boolean isIn(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> all = entries.toList();
      return !all.isEmpty() && all.stream().allMatch(entry -> entry.toString().endsWith(ENDING));
    }
  }

  @Override
  public String description() {
    return "GGUF file";
  }

  @Override
  public String next(Path directory) {
    return "neox-upload " + ShellWord.quoted(directory) + " OWNER/NAME";
  }

  @Override
  public String write(SourceModel model, Path directory, String name, Console console)
      throws IOException {
    Optional<GgufTokenizer> opened = open(model);
    SourceModel kept =
        rows.of(
            model,
            opened
                .map(each -> OptionalInt.of(each.tokenizer().vocabSize()))
                .orElse(OptionalInt.empty()));
    NetworkSpec network = kept.plain();
    GgufVocabulary vocabulary = new GgufVocabulary.None();
    if (opened.isPresent()) {
      vocabulary = opened.get().vocabulary(network.paddedVocab(), console);
    }
    HfFamily family = family(network.config());
    GgufFile file = new GgufFile(name, family, network, kept.weights(), vocabulary, outType);
    LongAdder done = new LongAdder();
    try (Progress progress =
        new Progress(console, "converting", file.byteSize(), ProgressUnit.BYTES)) {
      file.write(
          directory.resolve(name + "-" + outType.name() + ENDING),
          bytes -> {
            done.add(bytes);
            progress.update(done.sum(), "");
          });
    }
    return "%s, most of it in %s, from iteration %d"
        .formatted(file.summary(), outType.option(), model.iteration());
  }

  /// Empty where the file is to have no vocabulary.
  private Optional<GgufTokenizer> open(SourceModel model) throws IOException {
    if (tokenizer.files() == TokenizerChoice.Files.NONE) {
      return Optional.empty();
    }
    TokenizerConfig config = tokenizer.config(model);
    Tokenizer opened;
    try {
      opened = Tokenizers.open(config.type(), config.vocabFile(), config.mergeFile());
    } catch (UserException e) {
      throw new UserException(
          e.getMessage() + " (name it with --vocab_file, or convert without: --no_save_tokenizer)",
          e);
    }
    TextBounds bounds = TextBounds.besideFilesOf(opened);
    SpecialTokens special = new SpecialTokens(bounds.begin(), bounds.end(), tokenizer.padId());
    return Optional.of(new GgufTokenizer(config, opened, special));
  }
}

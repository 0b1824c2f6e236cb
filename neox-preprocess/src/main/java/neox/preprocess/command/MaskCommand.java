package neox.preprocess.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Supplier;
import neox.base.Console;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.data.indexed.TokenWidth;
import neox.preprocess.Preprocess;
import neox.preprocess.PreprocessPlan;
import neox.preprocess.Recipe;
import neox.preprocess.encode.MaskEncoder;
import neox.preprocess.encode.TextEncoder;
import neox.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-preprocess mask`: tokens, and labels that begin behind a prompt.
@Command(
    name = "mask",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Tokenizes text as neox-preprocess does, and writes labels beside it.",
      "They are the same tokens, but -100, which is not learnt, up to and including the first"
          + " occurrence of some tokens. Where they do not occur, everything is learnt.",
      "Output: PREFIX_KEY_document and PREFIX_label_document (PREFIX_KEY_label_document for more"
          + " than one key), for train_data_paths and train_label_data_paths."
    },
    footerHeading = "Examples:",
    footer =
        "  neox-preprocess mask --input text.jsonl --output-prefix data/mine --mask-before-token"
            + " 10,65,58 --tokenizer-type HFTokenizer --vocab-file tokenizer.json")
@HelpGroup("Tokenizing")
final class MaskCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Mixin CorpusOptions corpus = new CorpusOptions();

  @HelpGroup("What is learnt")
  @Option(
      names = {"--mask-before-token", "--mask_before_token"},
      paramLabel = "ID,ID…",
      description = "The ids of the tokens behind which learning begins.")
  private @Nullable String pattern;

  @Mixin TokenizerOptions tokenizerOptions = new TokenizerOptions();

  @HelpGroup("Tokenizing")
  @Option(
      names = {"--append-eod", "--append_eod"},
      description = "End every document with the end-of-document token.")
  private boolean appendEod;

  @Mixin TokenizingOptions tokenizing = new TokenizingOptions();

  @Override
  public int call(Console console) throws Exception {
    PreprocessPlan.Ending ending =
        appendEod ? PreprocessPlan.Ending.END_OF_DOCUMENT : PreprocessPlan.Ending.PLAIN;
    Map<String, Boolean> needed = new LinkedHashMap<>();
    needed.put("--mask-before-token", pattern != null);
    needed.put("--tokenizer-type", tokenizerOptions.given());
    PreprocessPlan.Builder builder = corpus.plan(tokenizing, ending, needed);
    int[] ids = pattern(Objects.requireNonNull(pattern));
    Tokenizer tokenizer = tokenizerOptions.require("mask");
    for (int id : ids) {
      if (id < 0 || id >= tokenizer.vocabSize()) {
        throw UserException.of(
            "--mask-before-token: %d is no token; this tokenizer has the ids 0 to %d",
            id, tokenizer.vocabSize() - 1);
      }
    }
    PreprocessPlan plan = builder.keys(datasets(tokenizing.keys())).build();
    return Preprocess.untilStopped(plan, recipe(plan, tokenizer, ids), console);
  }

  private static int[] pattern(String pattern) {
    try {
      return Arrays.stream(pattern.split(",", -1)).mapToInt(Integer::parseInt).toArray();
    } catch (NumberFormatException e) {
      throw UserException.of(
          "--mask-before-token: expected token ids separated by commas, such as 10,65,58, found %s",
          pattern);
    }
  }

  /// NeoX compat: the labels of a single key do not carry its name.
  private static List<String> datasets(List<String> keys) {
    List<String> names = new ArrayList<>(keys);
    keys.forEach(key -> names.add(keys.size() == 1 ? "label" : key + "_label"));
    return names;
  }

  private Recipe recipe(PreprocessPlan plan, Tokenizer tokenizer, int[] ids) throws Exception {
    List<String> keys = tokenizing.keys();
    OptionalInt eod = Recipe.endOfDocument(plan, tokenizer);
    Map<String, String> settings = Recipe.settings(plan, tokenizer, eod);
    settings.put("--mask-before-token", Arrays.toString(ids));
    Supplier<Tokenizer.Encoder> encoder = Recipe.encoder(plan, tokenizer);
    return new Recipe(
        settings,
        TokenWidth.INT32,
        () -> new MaskEncoder(new TextEncoder(keys, encoder.get(), eod), ids));
  }
}

package neox.preprocess.command;

import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
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
import neox.preprocess.chat.ChatEncoder;
import neox.preprocess.chat.ChatOptions;
import neox.preprocess.chat.ChatOptions.Learnt;
import neox.preprocess.chat.ChatOptions.Reward;
import neox.preprocess.chat.ChatTokenizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `neox-preprocess chat`: conversations, and what is to be learnt of them.
@Command(
    name = "chat",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Tokenizes conversations, written out by the chat template of a Hugging Face tokenizer.",
      "A row holds lists of {\"role\": …, \"content\": …}.",
      "Output: PREFIX_KEY_document; PREFIX_KEY_label_document, the same tokens but -100, which is"
          + " not learnt, where others than the generation role speak; with --reward-key also"
          + " PREFIX_KEY_reward_document."
    },
    footerHeading = "Examples:",
    footer =
        "  neox-preprocess chat --input chats.jsonl --output-prefix data/chats --tokenizer-path hf")
final class ChatCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Mixin CorpusOptions corpus = new CorpusOptions();

  @HelpGroup("Tokenizer")
  @Option(
      names = {"--tokenizer-path", "--tokenizer_path"},
      required = true,
      paramLabel = "DIR",
      description = {
        "The tokenizer as transformers saves it: tokenizer.json, tokenizer_config.json and, where",
        "it is not in there, chat_template.jinja."
      })
  private Path tokenizerPath = Path.of("");

  @HelpGroup("What is learnt")
  @Option(
      names = {"--generation-role", "--generation_role"},
      paramLabel = "ROLE",
      description = "Who is to be learnt from (default: assistant).")
  private String generationRole = "assistant";

  @Option(
      names = {"--no-mask", "--no_mask"},
      description = "Learn everything: no labels, and no token at the end.")
  private boolean noMask;

  @Option(
      names = {"--only-last", "--only_last"},
      description = "Learn the last message only.")
  private boolean onlyLast;

  @Option(
      names = {"--for-rm", "--for_rm"},
      description = "Learn the end of each conversation only, for a reward model.")
  private boolean forRewardModel;

  @Option(
      names = {"--reward-key", "--reward_key"},
      paramLabel = "KEY",
      description = "Write the integer of this key as the reward of the row.")
  private @Nullable String rewardKey;

  @Option(
      names = {"--binary-reward", "--binary_reward"},
      description = "The reward is true or false, and written as 1 or -1.")
  private boolean binaryReward;

  @Mixin TokenizingOptions tokenizing = new TokenizingOptions();

  @Override
  public int call(Console console) throws Exception {
    ChatOptions options = options();
    ChatTokenizer chat = ChatTokenizer.open(tokenizerPath);
    PreprocessPlan plan =
        corpus
            .plan(tokenizing, PreprocessPlan.Ending.PLAIN, Map.of())
            .keys(options.datasets())
            .build();
    Map<String, String> settings = Recipe.settings(plan, chat.tokenizer(), OptionalInt.empty());
    settings.putAll(options.settings());
    settings.put("chat template", chat.template());
    settings.put("special tokens", chat.specialTokens().toString());
    Clock clock = Clock.system(ZoneId.systemDefault());
    Recipe recipe =
        new Recipe(
            settings,
            TokenWidth.INT32,
            () -> new ChatEncoder(options, chat, chat.tokenizer().encoder(), clock));
    return Preprocess.untilStopped(plan, recipe, console);
  }

  private ChatOptions options() {
    if (tokenizing.ftfy()) {
      throw new UserException(
          "--ftfy is not for conversations (GPT-NeoX takes it and does nothing); leave it out");
    }
    if (binaryReward && rewardKey == null) {
      throw new UserException("--binary-reward needs --reward-key");
    }
    if (noMask && (onlyLast || forRewardModel)) {
      throw new UserException(
          "--no-mask learns everything; leave it out, or --only-last and --for-rm");
    }
    Reward.Form form = binaryReward ? Reward.Form.BINARY : Reward.Form.NUMBER;
    return new ChatOptions(
        tokenizing.keysOr("conversation"),
        learnt(),
        generationRole,
        Optional.ofNullable(rewardKey).map(key -> new Reward(key, form)));
  }

  /// NeoX compat: for a reward model it makes no difference what is learnt of the last message.
  private Learnt learnt() {
    if (noMask) {
      return Learnt.ALL;
    }
    if (forRewardModel) {
      return Learnt.END;
    }
    return onlyLast ? Learnt.LAST_ANSWER : Learnt.ANSWERS;
  }
}

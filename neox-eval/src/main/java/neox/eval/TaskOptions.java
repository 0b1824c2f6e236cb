package neox.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.evaluation.catalogue.Selection;
import neox.evaluation.chat.ModelChat;
import neox.evaluation.task.ChatFormat;
import neox.evaluation.task.PromptStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Which tasks, and how their prompts are written.
@HelpGroup("Tasks")
final class TaskOptions {
  @Option(
      names = {"-t", "--tasks"},
      paramLabel = "TASK",
      split = ",",
      arity = "1..*",
      description =
          "Tasks, groups and tags by name or pattern, and task files; with commas or blanks"
              + " between.")
  List<String> tasks = new ArrayList<>();

  @Option(
      names = {"--eval-tasks", "--eval_tasks"},
      paramLabel = "TASK",
      arity = "1..*",
      description = "The same, as GPT-NeoX has it.")
  List<String> evalTasks = new ArrayList<>();

  @Mixin TaskFolders folders = new TaskFolders();

  @Option(
      names = {"-f", "--num-fewshot", "--num_fewshot"},
      paramLabel = "N",
      description = "Examples before each question (default: the task's own number).")
  @Nullable Integer shots;

  @Option(
      names = {"--system-instruction", "--system_instruction"},
      paramLabel = "TEXT",
      description = "Stands before the description of every prompt.")
  @Nullable String systemInstruction;

  @Option(
      names = {"--apply-chat-template", "--apply_chat_template"},
      paramLabel = "NAME",
      arity = "0..1",
      fallbackValue = "",
      description = "Write prompts as conversations by the model's template, or that of a name.")
  @Nullable String chatTemplate;

  @Option(
      names = {"--fewshot-as-multiturn", "--fewshot_as_multiturn"},
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      description = "Make each example a turn of the conversation (default: with a template).")
  @Nullable Boolean multiturn;

  /// The tasks that the options name.
  List<String> names() {
    List<String> names = new ArrayList<>(tasks);
    names.addAll(evalTasks);
    return names;
  }

  /// What names stand for.
  Selection select(List<String> names, Console console) throws IOException {
    if (names.isEmpty()) {
      throw new UserException("name at least one task with --tasks (neox-eval ls shows all)");
    }
    return folders.catalogue(console).select(names);
  }

  /// [UserException] when the options contradict each other.
  void check() {
    if (shots != null && shots < 0) {
      throw new UserException("--num-fewshot " + shots + ": expected 0 or more");
    }
    if (multiturn != null && multiturn && chatTemplate == null) {
      throw new UserException("--fewshot-as-multiturn needs --apply-chat-template");
    }
  }

  /// How prompts are written.
  ///
  /// @param model directory of the model
  PromptStyle style(Path model, Console console) throws IOException {
    Optional<ChatFormat> chat =
        chatTemplate == null
            ? Optional.empty()
            : Optional.of(
                ModelChat.open(
                    model,
                    Optional.of(chatTemplate).filter(name -> !name.isEmpty()),
                    warning -> console.warn("%s", warning)));
    return new PromptStyle(
        Optional.ofNullable(systemInstruction),
        chat,
        multiturn == null ? chat.isPresent() : multiturn);
  }
}

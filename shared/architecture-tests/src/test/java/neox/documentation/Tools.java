package neox.documentation;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.converthf.ConvertCommand;
import neox.eval.EvalCommand;
import neox.generate.GenerateCommand;
import neox.prepare.PrepareCommand;
import neox.preprocess.command.PreprocessCommand;
import neox.train.TrainCommand;
import neox.upload.UploadCommand;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// The seven tools as picocli knows them.
public final class Tools {
  private static final List<Class<? extends ToolCommand>> ALL =
      List.of(
          PrepareCommand.class,
          PreprocessCommand.class,
          TrainCommand.class,
          GenerateCommand.class,
          EvalCommand.class,
          ConvertCommand.class,
          UploadCommand.class);

  /// The tools, without what stands under them, in the order of the work.
  public static List<CommandSpec> tools() {
    return ALL.stream().map(tool -> Tool.line(make(tool)).getCommandSpec()).toList();
  }

  /// Every tool, each followed by its subcommands.
  public static Stream<CommandSpec> commands() {
    return tools().stream()
        .flatMap(tool ->
            Stream.concat(
                Stream.of(tool),
                tool.subcommands().values().stream().map(CommandLine::getCommandSpec)));
  }

  /// The command that would take the words, the first of which names a tool.
  ///
  /// @throws picocli.CommandLine.ParameterException when it would not
  public static CommandSpec parse(List<String> words) throws IOException {
    Class<? extends ToolCommand> tool =
        ALL.stream()
            .filter(type -> nameOf(type).equals(words.getFirst()))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no tool " + words.getFirst()));
    String[] args = expanded(make(tool), words.subList(1, words.size()));
    return Tool.line(make(tool), args)
        .parseArgs(args)
        .asCommandLineList()
        .getLast()
        .getCommandSpec();
  }

  /// A file of options that exists in the reader's folder alone is left out.
  private static String[] expanded(ToolCommand command, List<String> given) throws IOException {
    List<String> words = new ArrayList<>(given);
    try {
      return command.expand(words.toArray(String[]::new));
    } catch (IOException | UserException e) {
      int at = words.indexOf("--config");
      words.subList(at, at + 2).clear();
      return command.expand(words.toArray(String[]::new));
    }
  }

  private static String nameOf(Class<? extends ToolCommand> tool) {
    return tool.getAnnotation(CommandLine.Command.class).name();
  }

  /// Constructors that take what tests replace are given nothing: the command is not called.
  private static ToolCommand make(Class<? extends ToolCommand> tool) {
    try {
      Constructor<?> constructor =
          Arrays.stream(tool.getDeclaredConstructors())
              .min((a, b) -> a.getParameterCount() - b.getParameterCount())
              .orElseThrow();
      constructor.setAccessible(true);
      return (ToolCommand) constructor.newInstance(new Object[constructor.getParameterCount()]);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private Tools() {}
}

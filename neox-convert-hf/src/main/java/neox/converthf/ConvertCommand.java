package neox.converthf;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import neox.base.AtomicDirectory;
import neox.base.Console;
import neox.base.Durability;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.converthf.fromhf.FromPeft;
import neox.converthf.tools.CheckpointTools;
import neox.converthf.verify.VerifyCommand;
import neox.weights.peft.PeftConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `neox-convert-hf`: a model of one format becomes one of another.
@Command(
    name = "neox-convert-hf",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Converts a NeoX checkpoint into a Hugging Face directory of a GPTNeoXForCausalLM,"
          + " LlamaForCausalLM or MistralForCausalLM, or into a GGUF file for llama.cpp.",
      "",
      "Reads checkpoints of GPT-NeoX and of neox-train, however many tensor-parallel ranks and"
          + " pipeline stages wrote them, and refuses networks that none of the three can express.",
      "",
      "With --from-hf the other way: a model of these three, or adapters of PEFT, into the files of a"
          + " run on any number of ranks."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-convert-hf --input-dir checkpoints --output-dir hf",
      "  neox-convert-hf --input-dir checkpoints/global_step1000 --output-dir hf --precision bf16 --verify",
      "  neox-convert-hf --input-dir adapters --output-dir merged --format neox",
      "  neox-convert-hf --input-dir checkpoints --output-dir gguf --format gguf --outtype q8_0",
      "  neox-convert-hf --input-dir step-1000 --config_file llama.yml --output-dir hf",
      "  neox-convert-hf --from-hf --input-dir pythia-1b --output-dir neox --tp 2 --pp 4"
    })
public final class ConvertCommand implements ToolCommand {
  @Mixin SourceOptions from = new SourceOptions();
  @Mixin TargetOptions to = new TargetOptions();
  @Mixin VerifyOptions verify = new VerifyOptions();
  @Mixin TokenizerOptions tokenizer = new TokenizerOptions();
  @Mixin RunOptions run = new RunOptions();
  @Mixin StandardOptions standard = new StandardOptions();

  public static void main(String[] args) {
    System.exit(Tool.run(new ConvertCommand(), args));
  }

  @Override
  public Map<String, Supplier<ToolCommand>> subcommands() {
    Map<String, Supplier<ToolCommand>> commands = new LinkedHashMap<>();
    commands.put("verify", VerifyCommand::new);
    commands.putAll(CheckpointTools.commands());
    return commands;
  }

  @Override
  public int call(Console console) throws IOException, InterruptedException {
    requireDirectories();
    run.check(to.isPeft());
    if (run.areAsked() && PeftConfig.isIn(from.directory())) {
      return bringAdapters(console);
    }
    Target target =
        run.areAsked()
            ? to.runTarget(run, tokenizer.choice())
            : to.target(tokenizer.choice(), run.base());
    OutputDirectory output = to.directory();
    output.requireFree(from.directory(), target);
    Source source = run.areAsked() ? HfSource.read(from.foreign()) : from.source();
    refuse(source, target.obstacles(source.architecture()));
    verify.check(source, target);
    try (SourceModel model = source.open();
        AtomicDirectory made = AtomicDirectory.create(output.path())) {
      String summary = target.write(model, made.path(), output.name(), console);
      made.commit(Durability.HANDED_OVER);
      console.made(output.path().toString(), summary);
    }
    console.next(target.next(output.path()));
    return verify.run(source, target, output.path(), console);
  }

  /// Adapters come without their model, so they are no [Source].
  private int bringAdapters(Console console) throws IOException {
    verify.refuse();
    RunTarget target = to.runTarget(run, tokenizer.choice());
    OutputDirectory output = to.directory();
    output.requireFree(from.directory(), target);
    try (AtomicDirectory made = AtomicDirectory.create(output.path())) {
      String summary = FromPeft.write(from.foreign(), target.options(), made.path(), output.path());
      made.commit();
      console.made(output.path().toString(), summary);
    }
    return ExitCode.OK;
  }

  /// Not marked as required for picocli, which would ask subcommands for them, too.
  private void requireDirectories() {
    List<String> missing = new ArrayList<>();
    if (!from.areGiven()) {
      missing.add(SourceOptions.INPUT);
    }
    if (!to.areGiven()) {
      missing.add(TargetOptions.OUTPUT);
    }
    if (!missing.isEmpty()) {
      throw UserException.of(
          "%s %s required; see neox-convert-hf --help",
          String.join(" and ", missing), missing.size() == 1 ? "is" : "are");
    }
  }

  private static void refuse(Source source, List<String> obstacles) {
    if (!obstacles.isEmpty()) {
      throw UserException.of(
          "%s: cannot be converted: %s", source.origin(), String.join("; ", obstacles));
    }
  }
}

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import neox.base.ToolCommand;

/// Every kind of file that the tools read, and the run of a tool that reads it.
final class Formats {
  /// Prints their names.
  public static void main(String[] args) throws IOException {
    all(Path.of(args[0])).forEach(format -> System.out.println(format.name()));
  }

  static List<Format> all(Path seeds) throws IOException {
    List<Format> formats = new ArrayList<>();
    for (String ending :
        List.of(
            "jsonl", "jsonl.zst", "jsonl.gz", "json.zst", "dat.zst", "jsonl.zst.tar", "zip",
            "tar.gz", "tar.xz", "gz", "txt", "parquet")) {
      String file = "text." + ending;
      formats.add(new Format(ending, List.of(file), tool("neox.preprocess.command.PreprocessCommand"),
          run -> preprocess(run, file, "CharLevelTokenizer")));
      formats.add(new Format(ending + "+skip", List.of(file), tool("neox.preprocess.command.PreprocessCommand"),
          run -> with(preprocess(run, file, "CharLevelTokenizer"), "--on-error", "skip")));
    }
    formats.add(new Format("tokenizer.json", List.of("tokenizer.json"), tool("neox.preprocess.command.PreprocessCommand"),
        run -> with(preprocess(run, "text.jsonl", "HFTokenizer"), "--vocab-file", run.in("tokenizer.json"))));
    formats.add(new Format("vocab+merges", List.of("vocab.json", "merges.txt"), tool("neox.preprocess.command.PreprocessCommand"),
        run -> with(preprocess(run, "text.jsonl", "GPT2BPETokenizer"),
            "--vocab-file", run.in("vocab.json"), "--merge-file", run.in("merges.txt"))));
    formats.add(new Format("bin+idx", List.of("data.idx", "data.bin"), tool("neox.preprocess.command.PreprocessCommand"),
        run -> List.of("inspect", run.in("data"), "--verify")));
    formats.add(new Format("bin+idx merge", List.of("data.idx", "data.bin"), tool("neox.preprocess.command.PreprocessCommand"),
        run -> List.of("merge", "--input", run.in("data") + "," + run.in("other"), "--output-prefix", run.out("merged"))));
    formats.add(new Format("yaml", List.of("config.yml"), tool("neox.train.TrainCommand"),
        run -> List.of("--print-config", run.in("config.yml"))));
    formats.add(new Format("pt", List.of("step/layer_02-model_00-model_states.pt", "step/mp_rank_00_model_states.pt"),
        tool("neox.converthf.ConvertCommand"),
        run -> List.of("--input_dir", run.in("step"), "--output_dir", run.out("hf"), "--no_save_tokenizer")));
    formats.add(new Format("optimizer pt",
        List.of("zero1/bf16_zero_pp_rank_0_mp_rank_00_optim_states.pt", "zero3/zero_pp_rank_1_mp_rank_00_optim_states.pt"),
        tool("neox.converthf.ConvertCommand"),
        run -> List.of("--input_dir", run.in(run.damaged().startsWith("zero1") ? "zero1" : "zero3"),
            "--output_dir", run.out("hf"), "--no_save_tokenizer", "--masters")));
    formats.add(new Format("digests", List.of("ours/mp_rank_00_digests.json"), tool("neox.converthf.ConvertCommand"),
        run -> List.of("--input_dir", run.in("ours"), "--output_dir", run.out("hf"), "--no_save_tokenizer")));
    formats.add(new Format("dcp", List.of("dcp/.metadata", "dcp/__0_0.distcp", "dcp/__2_0.distcp"), ReadDcp::new,
        run -> List.of(run.in("dcp"))));
    formats.add(new Format("adapter", List.of("adapter/adapter_config.json", "adapter/adapter_model.safetensors"),
        ReadAdapter::new, run -> List.of(run.in("adapter"), run.in("step/configs/config.yml"))));
    formats.add(new Format("safetensors", List.of("hf/model.safetensors"), tool("neox.generate.GenerateCommand"),
        run -> generate(run)));
    formats.add(new Format("config.json", List.of("hf/config.json"), tool("neox.generate.GenerateCommand"),
        run -> generate(run)));
    formats.add(new Format("npy", npy(seeds), SampleOrders::new,
        run -> List.of(run.in("config.yml"), run.in("data"))));
    formats.add(new Format("checkpoint config.yml", List.of("step/configs/config.yml"),
        tool("neox.converthf.ConvertCommand"),
        run -> List.of("--input_dir", run.in("step"), "--output_dir", run.out("hf"), "--no_save_tokenizer")));
    formats.add(new Format("prompts", List.of("prompts.txt"), tool("neox.generate.GenerateCommand"),
        run -> with(generate(run), "-i", run.in("prompts.txt"))));
    formats.add(new Format("evaluation rows", List.of("piqa/validation.jsonl"), tool("neox.eval.EvalCommand"),
        run -> List.of("--model", run.in("hf"), "--tasks", "piqa", "--data", run.in("."), "--threads", "1",
            "--limit", "3", "-o", run.out("results"))));
    return formats;
  }

  /// The cached order of samples.
  private static List<String> npy(Path seeds) throws IOException {
    try (Stream<Path> files = Files.list(seeds.resolve(".neox-cache"))) {
      return files.map(file -> seeds.relativize(file).toString()).sorted().toList();
    }
  }

  /// The tools are named, so that formats of one tool can be tried with its class path alone.
  private static Supplier<ToolCommand> tool(String type) {
    return () -> {
      try {
        return (ToolCommand) Class.forName(type).getConstructor().newInstance();
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  private static List<String> preprocess(Case run, String file, String tokenizer) {
    return List.of(
        "--input", run.in(file), "--output-prefix", run.out("out"), "--tokenizer-type", tokenizer,
        "--workers", "1");
  }

  private static List<String> generate(Case run) {
    return List.of(
        "--model", run.in("hf"), "--max-tokens", "1", "--threads", "1", "-o", run.out("samples"));
  }

  private static List<String> with(List<String> arguments, String... more) {
    return Stream.concat(arguments.stream(), Arrays.stream(more)).toList();
  }

  private Formats() {}
}

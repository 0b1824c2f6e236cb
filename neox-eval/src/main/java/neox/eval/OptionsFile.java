package neox.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.base.text.Spelling;
import neox.evaluation.document.ValueJson;
import neox.evaluation.yaml.YamlFiles;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Field;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.evaluation.yaml.YamlNode.Items;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.python.PythonJson;
import neox.template.value.Printing;
import neox.template.value.Value;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The file of `--config`, in which the harness keeps the options of a run: each key is an option,
/// and what is given on the command line wins.
record OptionsFile(CommandSpec spec, List<String> given) {
  private static final Set<String> NAMES = Set.of("-C", "--config");

  /// Kinds of model that a directory of Hugging Face stands for.
  private static final Set<String> LOCAL = Set.of("hf", "hf-auto", "huggingface", "neox");

  /// What says how Python does something, and nothing about what comes out.
  private static final Set<String> MEANINGLESS =
      Set.of(
          "verbosity",
          "trust_remote_code",
          "confirm_run_unsafe_code",
          "max_batch_size",
          "cache_requests",
          "check_integrity");

  private static final Map<String, String> MODEL_ARGUMENTS =
      Map.of(
          "pretrained", "--model",
          "dtype", "--precision",
          "device", "--device",
          "max_length", "--max-length");

  /// The arguments with those of the file in the place of its name; the same where none is named.
  static String[] expand(CommandSpec spec, String[] args) throws IOException {
    List<String> rest = new ArrayList<>();
    Optional<String> file = Optional.empty();
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith("--config=")) {
        file = Optional.of(args[i].substring("--config=".length()));
      } else if (NAMES.contains(args[i]) && i + 1 < args.length) {
        file = Optional.of(args[++i]);
      } else {
        rest.add(args[i]);
      }
    }
    if (file.isEmpty()) {
      return args;
    }
    Fields fields = new YamlFiles(warning -> {}).read(Path.of(file.get()));
    List<String> all = new ArrayList<>(new OptionsFile(spec, rest).arguments(fields));
    all.addAll(0, rest); // before them: configurations would be taken for more of a list
    return all.toArray(String[]::new);
  }

  private List<String> arguments(Fields fields) {
    List<String> arguments = new ArrayList<>();
    for (Field field : fields.fields().values()) {
      String key = Printing.str(field.key());
      if (field.node().isNull() || MEANINGLESS.contains(key)) {
        continue;
      }
      switch (key) {
        case "model" -> requireLocal(field.node());
        case "model_args" -> addModel(field.node(), arguments);
        default -> add(option(key, field), field.node(), arguments);
      }
    }
    return arguments;
  }

  private OptionSpec option(String key, Field field) {
    OptionSpec option = spec.findOption("--" + key);
    if (option != null) {
      return option;
    }
    List<String> names = spec.options().stream().map(o -> o.longestName().substring(2)).toList();
    String hint =
        Spelling.nearest(key.replace('_', '-'), names, 3)
            .map(nearest -> "; did you mean '" + nearest.replace('-', '_') + "'?")
            .orElse("; remove it");
    throw UserException.of("%s: neox-eval has no option '%s'%s", field.place(), key, hint);
  }

  private void add(OptionSpec option, YamlNode node, List<String> arguments) {
    boolean overridden =
        given.stream()
            .map(argument -> argument.replaceFirst("=.*$", ""))
            .anyMatch(Arrays.asList(option.names())::contains);
    boolean off = node instanceof Scalar(Value value, _) && value.equals(Value.Bool.FALSE);
    boolean on = node instanceof Scalar(Value value, _) && value.equals(Value.Bool.TRUE);
    if (overridden || off) {
      return;
    }
    if (on) {
      arguments.add(option.longestName());
    } else if (option.isMultiValue() && node instanceof Items list) {
      list.items().forEach(item -> arguments.add(option.longestName() + "=" + text(item)));
    } else {
      arguments.add(option.longestName() + "=" + text(node));
    }
  }

  /// As it would be typed: a list with commas, a mapping as JSON.
  private static String text(YamlNode node) {
    return switch (node) {
      case Scalar(Value value, _) -> Printing.str(value);
      case Items list -> String.join(",", list.items().stream().map(OptionsFile::text).toList());
      case Fields mapping -> PythonJson.line(ValueJson.of(mapping.dict()));
      case FunctionName function -> throw function.wrong("a value");
    };
  }

  private static void requireLocal(YamlNode node) {
    if (!LOCAL.contains(text(node))) {
      throw node.wrong("model: hf, whose directory stands in model_args as 'pretrained'");
    }
  }

  private void addModel(YamlNode node, List<String> arguments) {
    if (node instanceof Fields mapping) {
      for (Field field : mapping.fields().values()) {
        addModel(Printing.str(field.key()), text(field.node()), node, arguments);
      }
      return;
    }
    for (String part : text(node).split(",", -1)) {
      String[] pair = part.split("=", 2);
      if (pair.length < 2) {
        throw node.wrong("model_args: key=value");
      }
      addModel(pair[0].strip(), pair[1].strip(), node, arguments);
    }
  }

  private void addModel(String key, String value, YamlNode node, List<String> arguments) {
    String name = MODEL_ARGUMENTS.get(key);
    if (name == null) {
      throw UserException.of(
          "%s: model_args: neox-eval has no '%s'; known are %s",
          node.place(),
          key,
          String.join(", ", MODEL_ARGUMENTS.keySet().stream().sorted().toList()));
    }
    String own = key.equals("dtype") ? precision(value) : value;
    OptionSpec option = spec.findOption(name);
    if (!own.equals("auto")) {
      add(option, new Scalar(Value.of(own), node.place()), arguments);
    }
  }

  private static String precision(String dtype) {
    return switch (dtype.replaceFirst("^torch\\.", "")) {
      case "float32", "float" -> "fp32";
      case "float16", "half" -> "fp16";
      default -> dtype.replaceFirst("^torch\\.", "");
    };
  }
}

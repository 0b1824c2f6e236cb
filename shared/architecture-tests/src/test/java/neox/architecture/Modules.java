package neox.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Our modules by package, which others each may use, and the classes they are made of.
final class Modules {
  /// Production classes of every module.
  static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("neox");

  private static final Map<String, Set<String>> MAY_USE = new LinkedHashMap<>();

  static {
    allow("base");
    allow("python", "base");
    allow("config", "base");
    allow("tokenizer", "base");
    allow("data", "base", "python", "config", "tokenizer");
    allow("weights", "base", "config");
    allow("template", "base", "python");
    allow("compression");
    allow("hub", "base");
    allow("datasets", "base", "compression", "hub");
    allow("remote", "base", "hub");
    allow("s3", "base", "remote");
    allow("monitor", "base");
    allow("wandb", "base", "hub", "monitor");
    allow("report", "base");
    allow("otlp", "base", "monitor");
    allow("tensor", "base");
    allow("parallel", "base", "config", "tensor");
    allow("model", "base", "config", "weights", "tensor", "parallel");
    allow("inference", "base", "config", "tokenizer", "weights", "tensor", "parallel", "model");
    allow(
        "evaluation", "base", "python", "config", "tokenizer", "template", "datasets", "inference");
    allow("preprocess", "base", "compression", "config", "tokenizer", "data", "template");
    allow("prepare", "base", "compression", "hub", "datasets", "tokenizer", "preprocess");
    allow(
        "train",
        "base",
        "config",
        "tokenizer",
        "data",
        "weights",
        "remote",
        "monitor",
        "wandb",
        "report",
        "otlp",
        "tensor",
        "parallel",
        "model",
        "inference",
        "evaluation");
    allow(
        "generate",
        "base",
        "python",
        "config",
        "tokenizer",
        "data",
        "weights",
        "tensor",
        "model",
        "inference");
    allow(
        "eval",
        "base",
        "python",
        "hub",
        "datasets",
        "config",
        "tokenizer",
        "template",
        "weights",
        "monitor",
        "wandb",
        "tensor",
        "parallel",
        "model",
        "inference",
        "evaluation");
    allow("converthf", "base", "config", "tokenizer", "weights");
    allow("upload", "base", "hub");
  }

  private static void allow(String module, String... used) {
    MAY_USE.put(module, Set.of(used));
  }

  /// The name of every module's package below `neox`.
  static Set<String> names() {
    return MAY_USE.keySet();
  }

  /// True when a class of one module may mention a class of another.
  static boolean mayUse(String module, String used) {
    return module.equals(used)
        || Objects.requireNonNull(MAY_USE.get(module), module + " is no module").contains(used);
  }

  static boolean isOurs(JavaClass javaClass) {
    return javaClass.getPackageName().startsWith("neox.");
  }

  /// The module of one of our classes.
  static String of(JavaClass javaClass) {
    String[] parts = javaClass.getPackageName().split("\\.", -1);
    return parts[1];
  }

  private Modules() {}
}

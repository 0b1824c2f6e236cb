package neox.converthf.inspect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import neox.base.InOrder;
import neox.converthf.inspect.Finding.Rules;
import neox.weights.NamedTensor;

/// Two checkpoints, tensor by tensor.
final class Comparison {
  private final Map<String, NamedTensor> a = new LinkedHashMap<>();
  private final Map<String, NamedTensor> b = new LinkedHashMap<>();
  private final Object pathA;
  private final Object pathB;
  private final Rules rules;

  /// @param globs which tensors are compared
  Comparison(OpenedCheckpoint a, OpenedCheckpoint b, Globs globs, Rules rules) {
    globs.of(a.tensors(), a.path()).forEach(tensor -> this.a.put(tensor.name(), tensor));
    b.tensors().stream()
        .filter(tensor -> globs.match(tensor.name()))
        .forEach(tensor -> this.b.put(tensor.name(), tensor));
    this.pathA = a.path();
    this.pathB = b.path();
    this.rules = rules;
  }

  /// The names that both have.
  List<String> common() {
    return a.keySet().stream().filter(b::containsKey).toList();
  }

  /// Tensors that one of them alone has.
  List<Finding> surplus() {
    List<Finding> findings = new ArrayList<>();
    a.forEach((name, tensor) -> addIfMissing(findings, b, tensor, pathA));
    b.forEach((name, tensor) -> addIfMissing(findings, a, tensor, pathB));
    return findings;
  }

  private static void addIfMissing(
      List<Finding> findings, Map<String, NamedTensor> in, NamedTensor tensor, Object where) {
    if (!in.containsKey(tensor.name())) {
      findings.add(new Finding.OnlyIn(tensor.name(), tensor, where));
    }
  }

  /// Compares what both have, in the order of the first.
  void forEach(Consumer<Finding> consumer) throws IOException, InterruptedException {
    InOrder.forEach(common(), name -> Finding.of(in(a, name), in(b, name), rules), consumer);
  }

  private static NamedTensor in(Map<String, NamedTensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }
}

package neox.converthf.inspect;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import neox.base.json.Json;
import neox.weights.NamedTensor;

/// Prints lines of JSON for programs: the checkpoint, each tensor, the total.
final class JsonInspection implements Inspection {
  private final PrintStream out;

  JsonInspection(PrintStream out) {
    this.out = out;
  }

  @Override
  public void begin(OpenedCheckpoint checkpoint) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("checkpoint", checkpoint.path().toString());
    json.putAll(checkpoint.facts());
    out.println(Json.line(json));
  }

  @Override
  public void add(Inspected inspected) {
    NamedTensor tensor = inspected.tensor();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", tensor.name());
    json.put("dtype", tensor.dtype().safetensorsName());
    json.put("shape", tensor.shape().sizes());
    inspected
        .numbers()
        .ifPresent(some -> {
          json.put("norm", some.statistics().norm());
          json.put("max_abs", some.statistics().magnitude());
          json.put("nan", some.statistics().nan());
          json.put("inf", some.statistics().infinite());
          json.put("sha256", some.digest());
        });
    out.println(Json.line(json));
  }

  @Override
  public void end(Total total) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tensors", total.tensors());
    json.put("numbers", total.numbers());
    json.put("bytes", total.bytes());
    total
        .digest()
        .ifPresent(digest -> {
          json.put("nan", total.nan());
          json.put("inf", total.infinite());
          json.put("sha256", digest);
        });
    out.println(Json.line(json));
  }
}

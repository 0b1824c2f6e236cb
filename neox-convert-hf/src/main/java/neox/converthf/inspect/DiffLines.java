package neox.converthf.inspect;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.json.Json;
import neox.converthf.inspect.DiffTable.Rows;

/// Prints differences for programs, a line of JSON for each.
final class DiffLines implements DiffReport {
  private final PrintStream out;
  private final Rows rows;

  DiffLines(PrintStream out, Rows rows) {
    this.out = out;
    this.rows = rows;
  }

  @Override
  public void begin(List<String> names) {
    // Lines need no widths.
  }

  @Override
  public void config(ConfigDifferences.Key key) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("config", key.name());
    json.put("a", key.a());
    json.put("b", key.b());
    out.println(Json.line(json));
  }

  @Override
  public void add(Finding finding) {
    if (rows == Rows.DIFFERING && !finding.differs()) {
      return;
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", finding.name());
    switch (finding) {
      case Finding.OnlyIn only -> {
        json.put("only_in", only.where().toString());
        json.put("dtype", only.tensor().dtype().safetensorsName());
        json.put("shape", only.tensor().shape().sizes());
      }
      case Finding.Shapes shapes -> {
        json.put("shape_a", shapes.a().shape().sizes());
        json.put("shape_b", shapes.b().shape().sizes());
      }
      case Finding.Values values -> {
        json.put("differing", values.difference().differing());
        json.put("max_abs", values.difference().absolute());
        json.put("max_rel", values.difference().relative());
        json.put("cosine", values.difference().cosine());
        if (!values.types().isEmpty()) {
          json.put("dtypes", values.types());
        }
      }
    }
    out.println(Json.line(json));
  }

  @Override
  public void end(DiffCount count) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("same", count.same());
    json.put("tensors", count.tensors());
    json.put("differing", count.differing());
    json.put("config_keys", count.keys());
    json.put("max_abs", count.absolute());
    out.println(Json.line(json));
  }
}

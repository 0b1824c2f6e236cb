import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import neox.base.json.Json;
import neox.base.UserException;
import neox.template.Functions;
import neox.template.Template;
import neox.template.value.Dialect;
import neox.template.value.Value;

/// Renders recorded templates and prints each that comes out otherwise; see `record.py`.
///
/// Arguments: a directory with `chat.jsonl` and `harness.jsonl`.
public final class CompareTemplates {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2024-07-03T09:05:06Z"), ZoneOffset.UTC);

  private int templates;
  private int refusedByBoth;
  private int different;
  private int refused;
  private int accepted;

  public static void main(String[] args) throws IOException {
    boolean equal = true;
    for (String name : new String[] {"chat", "harness"}) {
      CompareTemplates comparison = new CompareTemplates();
      comparison.compare(Path.of(args[0]).resolve(name + ".jsonl"), name.equals("chat"));
      System.out.printf(
          "%s: %d templates: %d rendered otherwise, %d refused that Jinja renders, %d rendered"
              + " that Jinja refuses, %d refused by both%n",
          name,
          comparison.templates,
          comparison.different,
          comparison.refused,
          comparison.accepted,
          comparison.refusedByBoth);
      equal &= comparison.different + comparison.refused + comparison.accepted == 0;
    }
    System.exit(equal ? 0 : 1);
  }

  private void compare(Path file, boolean chat) throws IOException {
    Map<String, Value> names = new HashMap<>();
    try (BufferedReader rows = Files.newBufferedReader(file)) {
      for (String line = rows.readLine(); line != null; line = rows.readLine()) {
        JsonNode row = Json.parse(line, file.toString());
        if (row.has("doc")) {
          names = new HashMap<>(chat ? Functions.forChat(CLOCK) : Map.of());
          for (Map.Entry<String, JsonNode> entry : row.get("doc").properties()) {
            names.put(entry.getKey(), Value.of(entry.getValue()));
          }
        } else {
          compare(row, names, chat ? Dialect.CHAT : Dialect.HARNESS);
        }
      }
    }
  }

  private void compare(JsonNode row, Map<String, Value> names, Dialect dialect) {
    templates++;
    String found;
    boolean fails = false;
    try {
      found = Template.parse(row.get("template").asText(), "t", dialect).render(names);
    } catch (UserException e) {
      found = e.getMessage();
      fails = true;
    } catch (RuntimeException e) {
      found = "INTERNAL ERROR " + e + " " + e.getStackTrace()[0];
      fails = !row.has("error");
    }
    if (fails && row.has("error")) {
      refusedByBoth++;
      return;
    }
    boolean equal = !fails && row.has("expected") && row.get("expected").asText().equals(found);
    if (equal) {
      return;
    }
    if (fails) {
      refused++;
    } else if (row.has("error")) {
      accepted++;
    } else {
      different++;
    }
    System.out.println((fails ? "REFUSED " : row.has("error") ? "ACCEPTED " : "DIFFERS ") + row.get("template"));
    System.out.println("  jinja " + (row.has("error") ? row.get("error") : row.get("expected")));
    System.out.println("  neox  " + Json.line(found));
  }
}

package neox.wandb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// One line of a [Journal]: something that happened to a run. Times are seconds since 1970.
sealed interface Entry {
  /// When it happened.
  double at();

  /// A process begins, or goes on with, the run.
  ///
  /// @param run what it is called: a [RunTerms] as JSON
  /// @param config the whole configuration, key to value
  /// @param machine what W&B shows of the machine
  record Start(double at, ObjectNode run, ObjectNode config, ObjectNode machine) implements Entry {}

  /// Numbers of a step. Several entries of one step become one row.
  record Row(double at, long step, ObjectNode values) implements Entry {}

  /// Numbers about the machine.
  record Event(double at, ObjectNode values) implements Entry {}

  /// A line that was printed.
  record Output(double at, boolean error, String line) implements Entry {}

  /// Values that belong to the run as a whole.
  record Summary(double at, ObjectNode values) implements Entry {}

  /// The process ends.
  ///
  /// @param preempted whether the run is to go on later
  record Exit(double at, int code, boolean preempted) implements Entry {}

  default ObjectNode json() {
    ObjectNode json = WandbJson.object().put("at", at());
    return switch (this) {
      case Start start -> {
        json.set("start", start.run());
        json.set("config", start.config());
        json.set("machine", start.machine());
        yield json;
      }
      case Row row -> {
        json.put("step", row.step()).set("row", row.values());
        yield json;
      }
      case Event event -> json.set("event", event.values());
      case Output output -> json.put("output", output.line()).put("error", output.error());
      case Summary summary -> json.set("summary", summary.values());
      case Exit exit -> json.put("exit", exit.code()).put("preempted", exit.preempted());
    };
  }

  /// What [#json] has written.
  static Entry parse(String text) throws JsonProcessingException {
    JsonNode json = WandbJson.parse(text);
    double at = json.path("at").asDouble();
    if (json.has("row")) {
      return new Row(at, json.path("step").asLong(), json.withObject("row"));
    }
    if (json.has("output")) {
      return new Output(at, json.path("error").asBoolean(), json.path("output").asText());
    }
    if (json.has("event")) {
      return new Event(at, json.withObject("event"));
    }
    if (json.has("start")) {
      return new Start(
          at, json.withObject("start"), json.withObject("config"), json.withObject("machine"));
    }
    if (json.has("summary")) {
      return new Summary(at, json.withObject("summary"));
    }
    return new Exit(at, json.path("exit").asInt(), json.path("preempted").asBoolean());
  }
}

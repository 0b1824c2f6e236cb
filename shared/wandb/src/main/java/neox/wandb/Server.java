package neox.wandb;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Version;
import okhttp3.Headers;

/// What W&B is asked and told about one run.
final class Server {
  private final WandbHttp http;

  Server(WandbHttp http) {
    this.http = http;
  }

  /// A run as the server knows it.
  ///
  /// @param storageId its id of the run
  /// @param config as the server keeps it, key to `{"value": …}`
  record Known(String storageId, Sent.Earlier earlier, ObjectNode config) {}

  /// The run of this name, if it has ever begun.
  ///
  /// @param run a [RunTerms] as JSON
  Optional<Known> find(ObjectNode run) throws IOException {
    ObjectNode variables = WandbJson.object();
    variables.set("project", run.path("project"));
    variables.set("entity", run.path("entity"));
    variables.set("name", run.path("id"));
    JsonNode bucket =
        http.query("asking for the run", "RunResumeStatus", Queries.RESUME, variables)
            .path("model")
            .path("bucket");
    if (!bucket.isObject()) {
      return Optional.empty();
    }
    JsonNode summary = within(bucket.path("summaryMetrics"));
    return Optional.of(
        new Known(
            bucket.path("id").asText(),
            new Sent.Earlier(
                new Counts(
                    bucket.path("historyLineCount").asLong(),
                    bucket.path("eventsLineCount").asLong(),
                    bucket.path("logLineCount").asLong()),
                lastStep(bucket),
                Math.max(
                    summary.path("_wandb").path("runtime").asDouble(),
                    summary.path("_runtime").asDouble()),
                object(summary)),
            object(within(bucket.path("config")))));
  }

  private static long lastStep(JsonNode bucket) throws IOException {
    JsonNode tail = within(bucket.path("historyTail"));
    if (bucket.path("historyLineCount").asLong() == 0 || tail.isEmpty()) {
      return Sent.NO_STEP;
    }
    JsonNode last = within(tail.path(tail.size() - 1));
    return last.path("_step").asLong(Sent.NO_STEP);
  }

  private static ObjectNode object(JsonNode json) {
    return json instanceof ObjectNode object ? object : WandbJson.object();
  }

  /// The JSON that a string holds.
  private static JsonNode within(JsonNode text) throws IOException {
    try {
      return text.isTextual() && !text.asText().isBlank()
          ? WandbJson.parse(text.asText())
          : WandbJson.object();
    } catch (JsonProcessingException e) {
      throw new Refused("the server gave an answer that is not understood");
    }
  }

  /// Makes the run, or changes it; the same call makes it once.
  ///
  /// @param known the run where it is there already
  Sent.Place upsert(Entry.Start start, Optional<Known> known) throws IOException {
    ObjectNode run = start.run();
    ObjectNode config = known.map(Known::config).orElseGet(WandbJson::object).deepCopy();
    config.setAll(BatchReader.wrapped(start.config()));
    ObjectNode ours = WandbJson.object();
    ours.putObject("t").put("12", Version.string());
    ours.put("cli_version", Version.string()).putArray("m");
    config.putObject("_wandb").set("value", ours);
    ObjectNode variables = WandbJson.object();
    variables.put("id", known.map(Known::storageId).orElse(null));
    variables.set("name", run.path("id"));
    variables.set("project", run.path("project"));
    variables.set("entity", run.path("entity"));
    variables.set("groupName", run.path("group"));
    variables.set("displayName", run.path("name"));
    variables.set("notes", run.path("notes"));
    variables.set("jobType", run.path("job_type"));
    variables.set("tags", run.path("tags"));
    variables.put("config", WandbJson.line(config));
    variables.set("host", start.machine().path("host"));
    variables.set("program", start.machine().path("program"));
    variables.put("debug", false);
    for (String unchanged :
        List.of("description", "commit", "repo", "state", "sweep", "summaryMetrics")) {
      variables.putNull(unchanged);
    }
    JsonNode bucket =
        http.query("making the run", "UpsertBucket", Queries.UPSERT, variables)
            .path("upsertBucket")
            .path("bucket");
    JsonNode project = bucket.path("project");
    String entity = project.path("entity").path("name").asText("");
    if (entity.isEmpty() || bucket.path("name").asText("").isEmpty()) {
      throw new Refused("the server does not say where the run is");
    }
    return new Sent.Place(
        entity,
        project.path("name").asText(),
        bucket.path("name").asText(),
        bucket.path("id").asText());
  }

  /// Whether somebody has asked for the run to be stopped.
  boolean stream(Sent.Place place, ObjectNode body) throws IOException {
    return http.stream(place, WandbJson.line(body)).path("stopped").asBoolean();
  }

  /// Stores what W&B shows beside the numbers: the machine, and the configuration as a file.
  ///
  /// @return the names of what has been stored
  List<String> storeFiles(Sent.Place place, Entry.Start start) throws IOException {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("wandb-metadata.json", WandbJson.line(start.machine()));
    files.put("config.yaml", yaml(BatchReader.wrapped(start.config())));
    ObjectNode variables =
        WandbJson.object()
            .put("entity", place.entity())
            .put("project", place.project())
            .put("run", place.run());
    ArrayNode names = variables.putArray("files");
    files.keySet().forEach(names::add);
    JsonNode made =
        http.query("storing files", "CreateRunFiles", Queries.CREATE_FILES, variables)
            .path("createRunFiles");
    Headers.Builder headers = new Headers.Builder();
    made.path("uploadHeaders").forEach(line -> headers.addUnsafeNonAscii(name(line), value(line)));
    List<String> stored = new ArrayList<>();
    for (JsonNode file : made.path("files")) {
      String content = files.get(file.path("name").asText());
      if (content != null) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        http.put(file.path("uploadUrl").asText(), headers.build(), bytes);
        stored.add(file.path("name").asText());
      }
    }
    return stored;
  }

  private static String name(JsonNode header) {
    return header.asText().split(":", 2)[0].strip();
  }

  private static String value(JsonNode header) {
    String[] parts = header.asText().split(":", 2);
    return parts.length == 2 ? parts[1].strip() : "";
  }

  /// JSON is YAML; each key stands on a line of its own.
  private static String yaml(ObjectNode wrapped) {
    StringBuilder text = new StringBuilder();
    wrapped
        .properties()
        .forEach(field ->
            text.append(WandbJson.line(WandbJson.tree(field.getKey())))
                .append(":\n    value: ")
                .append(WandbJson.line(field.getValue().path("value")))
                .append('\n'));
    return text.toString();
  }
}

package neox.train.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.json.Json;
import neox.train.agent.RankView.Ended;
import neox.train.agent.RankView.Life;
import neox.train.agent.RankView.Lost;
import neox.train.agent.RankView.Running;
import neox.train.heartbeat.Beat;

/// What the agents of two hosts say to each other: a line of JSON each.
sealed interface Message {
  /// A host's agent: its ranks are these.
  record Hello(String host, int first, int here, int worldSize) implements Message {}

  /// To it: start them.
  record Begin(Attempt.Start start) implements Message {}

  /// To it: ask them to save and to end.
  record Stop() implements Message {}

  /// To it: kill them.
  record End() implements Message {}

  /// From it: none is left.
  record AtRest() implements Message {}

  /// To it: end with this code.
  record Leave(int code) implements Message {}

  /// To it, now and then: the first agent is still there.
  record Still() implements Message {}

  /// From it, now and then: how they are.
  ///
  /// @param nowMillis by its clock, by which all times are
  record Views(long nowMillis, List<RankView> ranks) implements Message {}

  /// One line.
  default String toJson() {
    ObjectNode json = Json.mapper().createObjectNode();
    switch (this) {
      case Hello(String host, int first, int here, int worldSize) ->
          json.put("is", "hello")
              .put("host", host)
              .put("first", first)
              .put("here", here)
              .put("world_size", worldSize);
      case Begin(Attempt.Start start) ->
          json.put("is", "begin")
              .put("port", start.port())
              .put("restarts", start.restarts())
              .put("job_start", start.jobStartMillis());
      case Stop() -> json.put("is", "stop");
      case End() -> json.put("is", "end");
      case AtRest() -> json.put("is", "at rest");
      case Leave(int code) -> json.put("is", "leave").put("code", code);
      case Still() -> json.put("is", "still");
      case Views(long nowMillis, List<RankView> ranks) -> {
        json.put("is", "views").put("now", nowMillis);
        ArrayNode all = json.putArray("ranks");
        ranks.forEach(rank -> all.add(json(rank)));
      }
    }
    return json.toString();
  }

  /// What a line says; [neox.base.UserException] where it is none of ours.
  static Message parse(String line, String from) {
    JsonNode json = Json.parse(line, from);
    return switch (json.path("is").asText()) {
      case "hello" ->
          new Hello(
              json.path("host").asText(),
              json.path("first").asInt(),
              json.path("here").asInt(),
              json.path("world_size").asInt());
      case "begin" ->
          new Begin(
              new Attempt.Start(
                  json.path("port").asInt(),
                  json.path("restarts").asInt(),
                  json.path("job_start").asLong()));
      case "stop" -> new Stop();
      case "end" -> new End();
      case "at rest" -> new AtRest();
      case "leave" -> new Leave(json.path("code").asInt());
      case "still" -> new Still();
      case "views" -> {
        List<RankView> ranks = new ArrayList<>();
        json.path("ranks").forEach(rank -> ranks.add(rank(rank)));
        yield new Views(json.path("now").asLong(), ranks);
      }
      default -> throw new IllegalStateException(from + ": no message of an agent: " + line);
    };
  }

  private static ObjectNode json(RankView view) {
    ObjectNode json = Json.mapper().createObjectNode();
    json.put("rank", view.rank()).put("host", view.host());
    view.beat().ifPresent(beat -> json.put("beat", beat.toJson()));
    switch (view.life()) {
      case Running(long since, boolean stopped) -> json.put("since", since).put("stopped", stopped);
      case Ended(int code, long at, LastWords words) -> {
        json.put("code", code).put("at", at).put("out_of_memory", words.outOfMemory());
        words.lastLine().ifPresent(last -> json.put("last_line", last));
        ArrayNode failure = json.putArray("failure");
        words.failure().forEach(failure::add);
      }
      case Lost(String why) -> json.put("lost", why);
    }
    return json;
  }

  private static RankView rank(JsonNode json) {
    return new RankView(
        json.path("rank").asInt(),
        json.path("host").asText(),
        life(json),
        Optional.of(json.path("beat").asText()).flatMap(Beat::parse));
  }

  private static Life life(JsonNode json) {
    if (json.has("lost")) {
      return new Lost(json.path("lost").asText());
    }
    if (json.has("since")) {
      return new Running(json.path("since").asLong(), json.path("stopped").asBoolean());
    }
    List<String> failure = new ArrayList<>();
    json.path("failure").forEach(line -> failure.add(line.asText()));
    Optional<String> lastLine =
        json.has("last_line") ? Optional.of(json.path("last_line").asText()) : Optional.empty();
    return new Ended(
        json.path("code").asInt(),
        json.path("at").asLong(),
        new LastWords(failure, lastLine, json.path("out_of_memory").asBoolean()));
  }
}

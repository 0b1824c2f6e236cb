package neox.preprocess.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.template.Template;
import neox.template.value.Dialect;
import neox.template.value.Value;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.tokenizer.special.DeclaredTokens;

/// A tokenizer that knows how to write a conversation: a directory as Hugging Face saves it.
///
/// @param template its text
/// @param specialTokens what the template sees of them, such as `eos_token`
/// @param eos the token that ends a conversation; empty when the tokenizer names none
public record ChatTokenizer(
    Tokenizer tokenizer,
    String template,
    Template parsed,
    Map<String, Value> specialTokens,
    OptionalInt eos) {
  /// Opens `tokenizer.json`, `tokenizer_config.json` and `chat_template.jinja` of a directory;
  /// [UserException] when something is missing or does not fit together.
  public static ChatTokenizer open(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw UserException.of(
          "--tokenizer-path %s: expected a directory with tokenizer.json and tokenizer_config.json,"
              + " as transformers saves it",
          directory);
    }
    Path file = directory.resolve("tokenizer.json");
    // The template writes all tokens of beginning and end itself, and transformers cuts no text.
    Tokenizer tokenizer =
        Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty())
            .withoutSpecialTokens()
            .withoutLimits();
    Path configFile = directory.resolve("tokenizer_config.json");
    JsonNode config = Json.read(configFile);
    Map<String, String> special = DeclaredTokens.in(directory).byRole();
    for (String token : special.values()) {
      requireToken(tokenizer, token, configFile, file);
    }
    for (JsonNode added : config.path("added_tokens_decoder")) {
      requireToken(tokenizer, content(added), configFile, file);
    }
    String template = template(directory, config, configFile);
    Map<String, Value> names = new LinkedHashMap<>();
    special.forEach((name, token) -> names.put(name, Value.of(token)));
    String eos = special.get(DeclaredTokens.END);
    return new ChatTokenizer(
        tokenizer,
        template,
        Template.parse(template, "chat_template", Dialect.CHAT),
        names,
        eos == null ? OptionalInt.empty() : tokenizer.id(eos));
  }

  /// A token is a string, or an object that says more about it.
  private static String content(JsonNode token) {
    return token.isObject() ? token.path("content").asText("") : token.asText("");
  }

  /// transformers would add a token that is missing, under an id of its own making.
  private static void requireToken(Tokenizer tokenizer, String token, Path configFile, Path file) {
    OptionalInt id = tokenizer.id(token);
    boolean recognized =
        id.isPresent() && Arrays.equals(tokenizer.encode(token), new int[] {id.getAsInt()});
    if (!recognized) {
      throw UserException.of(
          "%s: the token %s is %s %s; load the tokenizer with transformers and save it again",
          configFile, token, id.isPresent() ? "not among the added tokens of" : "missing in", file);
    }
  }

  private static String template(Path directory, JsonNode config, Path configFile)
      throws IOException {
    Path own = directory.resolve("chat_template.jinja");
    if (Files.exists(own)) {
      return NamedFiles.readString(own);
    }
    JsonNode template = config.path("chat_template");
    if (template.isTextual()) {
      return template.textValue();
    }
    if (!template.isArray()) {
      throw UserException.of(
          "%s: no \"chat_template\", and no chat_template.jinja beside it; this tokenizer is not"
              + " made for conversations",
          configFile);
    }
    TreeSet<String> names = new TreeSet<>();
    for (JsonNode named : template) {
      if (named.path("name").asText("").equals("default")) {
        return named.path("template").asText();
      }
      names.add(named.path("name").asText());
    }
    throw UserException.of(
        "%s: expected a chat template of the name \"default\", found %s", configFile, names);
  }
}

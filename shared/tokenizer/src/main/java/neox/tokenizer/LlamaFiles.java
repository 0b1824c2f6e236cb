package neox.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.tokenizer.added.AddedToken;
import neox.tokenizer.parts.Frame;
import neox.tokenizer.sentencepiece.SentencePieceModel;
import neox.tokenizer.sentencepiece.SentencePieceModel.Kind;
import neox.tokenizer.sentencepiece.SentencePieceModel.Piece;

/// Reads what lies in a Hugging Face directory beside a `tokenizer.model`, as transformers'
/// LlamaTokenizer does: which tokens were added, and which stand before and after a text.
///
/// `add_bos_token` is true where nothing says otherwise, as all of transformers 4 has it and 5
/// documents it.
final class LlamaFiles {
  static final String MODEL = "tokenizer.model";

  private static final Map<String, AddedToken.Trait> TRAITS =
      Map.of(
          "single_word", AddedToken.Trait.SINGLE_WORD,
          "lstrip", AddedToken.Trait.LSTRIP,
          "rstrip", AddedToken.Trait.RSTRIP);

  private final Path directory;
  private final SentencePieceModel model;
  private final JsonNode config;
  private final Map<Integer, AddedToken> added = new TreeMap<>();

  private LlamaFiles(Path directory, SentencePieceModel model) {
    this.directory = directory;
    this.model = model;
    this.config = json("tokenizer_config.json");
  }

  static Tokenizer open(Path directory) {
    Path file = directory.resolve(MODEL);
    byte[] bytes = TokenizerFile.reading(file, NamedFiles::readAllBytes);
    LlamaFiles files = new LlamaFiles(directory, SentencePieceModel.read(bytes, file));
    files.addTokens();
    SentencePieceModel whole = files.model.withPieces(files.more());
    LlamaTokenizer tokenizer =
        new LlamaTokenizer(
            new SentencePieceTokenizer(whole, file),
            List.copyOf(files.added.values()),
            files.config.path("legacy").asBoolean(false));
    return FramedTokenizer.of(tokenizer, files.frame(tokenizer));
  }

  private JsonNode json(String name) {
    Path file = directory.resolve(name);
    return Files.exists(file) ? TokenizerFile.reading(file, Json::read) : MissingNode.getInstance();
  }

  /// The model's own control symbols are found in texts, too.
  private void addTokens() {
    for (int id = 0; id < model.pieces().size(); id++) {
      Piece piece = model.pieces().get(id);
      if (piece.kind() == Kind.CONTROL || piece.kind() == Kind.UNKNOWN) {
        added.put(id, new AddedToken(piece.text(), id, Set.of()));
      }
    }
    for (Map.Entry<String, JsonNode> token : json("added_tokens.json").properties()) {
      add(token.getKey(), token.getValue().asInt(-1), Set.of());
    }
    for (Map.Entry<String, JsonNode> token : config.path("added_tokens_decoder").properties()) {
      JsonNode value = token.getValue();
      Set<AddedToken.Trait> traits = EnumSet.noneOf(AddedToken.Trait.class);
      TRAITS.forEach((name, trait) -> {
        if (value.path(name).asBoolean(false)) {
          traits.add(trait);
        }
      });
      add(value.path("content").asText(), id(token.getKey()), traits);
    }
  }

  private static int id(String digits) {
    return digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : -1;
  }

  private void add(String content, int id, Set<AddedToken.Trait> traits) {
    boolean known = id >= 0 && id < model.pieces().size();
    if (content.isEmpty() || id < 0 || (known && !model.pieces().get(id).text().equals(content))) {
      throw UserException.of(
          "%s: the added token \"%s\" has the id %d, which is not free in %s",
          directory, content, id, MODEL);
    }
    added.put(id, new AddedToken(content, id, traits));
  }

  /// Pieces for the tokens that the model lacks.
  private List<Piece> more() {
    List<Piece> more = new ArrayList<>();
    for (AddedToken token : added.values()) {
      if (token.id() >= model.pieces().size()) {
        int next = model.pieces().size() + more.size();
        if (token.id() != next) {
          throw UserException.of(
              "%s: the added token \"%s\" has the id %d; expected %d, the next one",
              directory, token.content(), token.id(), next);
        }
        more.add(new Piece(token.content(), 0, Kind.USER_DEFINED));
      }
    }
    return more;
  }

  private Frame frame(LlamaTokenizer tokenizer) {
    return Frame.of(
        around(tokenizer, "add_bos_token", true, special("bos_token", "<s>")),
        around(tokenizer, "add_eos_token", false, special("eos_token", "</s>")));
  }

  private List<Integer> around(LlamaTokenizer tokenizer, String flag, boolean usual, String token) {
    OptionalInt id = tokenizer.id(token);
    return id.isPresent() && config.path(flag).asBoolean(usual)
        ? List.of(id.getAsInt())
        : List.of();
  }

  /// A token by its role: a text, or an object that holds it.
  private String special(String role, String usual) {
    for (JsonNode file : List.of(config, json("special_tokens_map.json"))) {
      JsonNode named = file.path(role);
      String token = named.path("content").asText(named.asText());
      if (!token.isEmpty() && !named.isNull()) {
        return token;
      }
    }
    return usual;
  }
}

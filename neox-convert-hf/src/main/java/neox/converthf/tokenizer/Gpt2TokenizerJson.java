package neox.converthf.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import neox.base.NamedFiles;
import neox.base.json.Json;
import neox.converthf.tokenizer.TokenizerJsonWriter.Kind;

/// GPT-2's pair of files as one `tokenizer.json`, which fast tokenizers need.
final class Gpt2TokenizerJson {
  /// @param special tokens that text may contain, with their ids
  static String of(Path vocabFile, Path mergeFile, Map<String, Integer> special)
      throws IOException {
    JsonNode vocab = Json.read(vocabFile);
    TokenizerJsonWriter writer = new TokenizerJsonWriter();
    special.forEach((token, id) -> writer.added(token, id, Kind.SPECIAL));
    for (String part : List.of("pre_tokenizer", "post_processor", "decoder")) {
      writer.part(part, TokenizerJsonWriter.byteLevel(true));
    }
    Map<String, Object> model =
        TokenizerJsonWriter.bpe(Json.mapper().nullNode(), false, vocab, merges(mergeFile));
    model.put("continuing_subword_prefix", "");
    model.put("end_of_word_suffix", "");
    return writer.model(model);
  }

  private static List<String> merges(Path file) throws IOException {
    return NamedFiles.readAllLines(file).stream()
        .filter(line -> !line.isEmpty() && !line.startsWith("#version"))
        .toList();
  }

  private Gpt2TokenizerJson() {}
}

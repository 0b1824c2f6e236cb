package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizersTest {
  @TempDir Path directory;

  @Test
  void ignoresCaseOfTheType() {
    assertThat(open("CHARLEVELtokenizer", null, null).vocabSize()).isEqualTo(512);
  }

  @Test
  void listsTheTypesWhenOneIsUnknown() {
    assertThatThrownBy(() -> open("BertTokenizer", null, null))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "tokenizer_type: unknown tokenizer \"BertTokenizer\"; expected HFTokenizer,"
                + " GPT2BPETokenizer, HFGPT2Tokenizer, SPMTokenizer, TiktokenTokenizer or"
                + " CharLevelTokenizer");
  }

  @Test
  void asksForTheFilesThatATypeNeeds() throws IOException {
    assertThatThrownBy(() -> open("HFTokenizer", null, null))
        .isInstanceOf(UserException.class)
        .hasMessage("HFTokenizer needs a file: set vocab_file to its tokenizer.json");
    assertThatThrownBy(() -> open("GPT2BPETokenizer", null, null))
        .isInstanceOf(UserException.class)
        .hasMessage("GPT2BPETokenizer needs a file: set vocab_file to its vocab.json");
    assertThatThrownBy(() -> open("SPMTokenizer", null, null))
        .isInstanceOf(UserException.class)
        .hasMessage("SPMTokenizer needs a file: set vocab_file to its SentencePiece .model");
    assertThatThrownBy(() -> open("TiktokenTokenizer", null, null))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "TiktokenTokenizer needs a name: set vocab_file to an encoding such as cl100k_base");
    assertThatThrownBy(() -> open("GPT2BPETokenizer", file("vocab.json", "{}"), null))
        .isInstanceOf(UserException.class)
        .hasMessage("GPT2BPETokenizer needs a file: set merge_file to its merges.txt");
  }

  @Test
  void namesAMissingFileAndADirectory() {
    Path missing = directory.resolve("absent.json");
    assertThatThrownBy(() -> open("HFTokenizer", missing, null))
        .isInstanceOf(UserException.class)
        .hasMessage(
            missing
                + ": no such tokenizer file; `neox-prepare checkpoint OWNER/MODEL` fetches a"
                + " model's tokenizer, `neox-prepare` GPT-2's");
    assertThatThrownBy(() -> open("HFTokenizer", directory, null))
        .isInstanceOf(UserException.class)
        .hasMessage(
            directory
                + ": is a directory; name the tokenizer's file itself, such as "
                + directory.resolve("tokenizer.json"));
  }

  @Test
  void pointsAtTheLineOfBrokenJson() throws IOException {
    Path broken = file("tokenizer.json", "{\n  \"model\": oops\n}");
    assertThatThrownBy(() -> open("HFTokenizer", broken, null))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(broken + ":2: not valid JSON");
  }

  @Test
  void tellsATokenizerJsonFromOtherJson() throws IOException {
    Path other = file("tokenizer.json", "[1, 2]");
    assertThatThrownBy(() -> open("HFTokenizer", other, null))
        .isInstanceOf(UserException.class)
        .hasMessage(
            other
                + ": not a tokenizer.json of HuggingFace tokenizers: expected an object \"model\","
                + " found nothing");
  }

  @Test
  void reportsBrokenGpt2Files() throws IOException {
    Path vocab = file("vocab.json", "{\"a\": 0, \"b\": 1, \"ab\": 2, \"<|endoftext|>\": 3}");
    Path merges = file("merges.txt", "#version: 0.2\na b\na  b\n");
    assertThatThrownBy(() -> open("GPT2BPETokenizer", vocab, merges))
        .isInstanceOf(UserException.class)
        .hasMessage(merges + ":3: expected two tokens with a space between them, found \"a  b\"");
    Path foreign = file("foreign.txt", "#version: 0.2\na b\nab c\n");
    assertThatThrownBy(() -> open("GPT2BPETokenizer", vocab, foreign))
        .isInstanceOf(UserException.class)
        .hasMessage(
            foreign
                + ": merge 2 (\"ab c\") needs the token \"c\", which is not in the vocabulary;"
                + " the vocabulary and the merges belong to different tokenizers");
    Path noEnd = file("noend.json", "{\"a\": 0}");
    assertThatThrownBy(() -> open("GPT2BPETokenizer", noEnd, merges))
        .isInstanceOf(UserException.class)
        .hasMessage(noEnd + ": the vocabulary has no <|endoftext|>, which GPT2BPETokenizer needs");
    Path badId = file("badid.json", "{\"a\": \"x\"}");
    assertThatThrownBy(() -> open("GPT2BPETokenizer", badId, merges))
        .isInstanceOf(UserException.class)
        .hasMessage(badId + ": token \"a\": expected an id between 0 and 2097151, found \"x\"");
    Path list = file("list.json", "[]");
    assertThatThrownBy(() -> open("GPT2BPETokenizer", list, merges))
        .isInstanceOf(UserException.class)
        .hasMessage(list + ": expected a vocabulary, an object of tokens and ids, found []");
  }

  @Test
  void readsMergesInBothForms() throws IOException {
    Path texts = file("texts.json", bpe("[\"a b\", \"ab a\"]"));
    Path pairs = file("pairs.json", bpe("[[\"a\", \"b\"], [\"ab\", \"a\"]]"));
    for (Path file : List.of(texts, pairs)) {
      assertThat(open("HFTokenizer", file, null).encode("abab abaa")).containsExactly(2, 2, 3, 0);
    }
  }

  @Test
  void namesMergesThatAreNotTwoTokens() throws IOException {
    Map<String, String> found =
        Map.of(
            "[\"ab\"]", "\"ab\"",
            "[\"a b c\"]", "\"a b c\"",
            "[[\"a\"]]", "a list of 1",
            "[[\"a\", 7]]", "a pair with 7",
            "[7]", "7");
    for (Map.Entry<String, String> merges : found.entrySet()) {
      Path file = file("tokenizer.json", bpe(merges.getKey()));
      assertThatThrownBy(() -> open("HFTokenizer", file, null))
          .isInstanceOf(UserException.class)
          .hasMessage("%s: model.merges: expected two tokens, found %s", file, merges.getValue());
    }
    Path none = file("tokenizer.json", bpe("null"));
    assertThatThrownBy(() -> open("HFTokenizer", none, null))
        .isInstanceOf(UserException.class)
        .hasMessage("%s: model.merges: expected an array, found null", none);
  }

  @Test
  void namesIdsThatAreNone() throws IOException {
    for (String id : List.of("-1", "1.5", "1e3", "2097152", "12345678901", "null", "[1]")) {
      Path file = file("vocab.json", "{\"a\": 0,\n \"b\": " + id + "}");
      assertThatThrownBy(() -> open("GPT2BPETokenizer", file, file))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(
              file + ": token \"b\": expected an id between 0 and 2097151, found ");
    }
  }

  private static String bpe(String merges) {
    return """
    {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
     "decoder": {"type": "ByteLevel"},
     "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "aba": 3},
               "merges": %s}}
    """
        .formatted(merges);
  }

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  private static Tokenizer open(
      String type,
      @org.jspecify.annotations.Nullable Path vocab,
      @org.jspecify.annotations.Nullable Path merges) {
    return Tokenizers.open(type, Optional.ofNullable(vocab), Optional.ofNullable(merges));
  }
}

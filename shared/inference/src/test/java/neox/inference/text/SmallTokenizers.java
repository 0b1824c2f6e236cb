package neox.inference.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import neox.base.json.Json;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;

/// A tokenizer of each kind, with tokens that cut characters wherever they can be cut.
final class SmallTokenizers {
  private static final String DECODERS =
      """
      {"none": null,
       "metaspace": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
       "metaspace, no prefix": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": true},
       "llama": {"type": "Sequence", "decoders": [
         {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
         {"type": "ByteFallback"}, {"type": "Fuse"},
         {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
       "wordpiece": {"type": "WordPiece", "prefix": "##", "cleanup": true},
       "bpe": {"type": "BPEDecoder", "suffix": "</w>"},
       "ctc": {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": false},
       "bytes": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}}
      """;

  private static final List<String> WORDS =
      List.of(
          "▁",
          "▁▁",
          "▁a",
          "b",
          "▁é",
          "你",
          "##s",
          "##ing",
          ".",
          "'s",
          "end</w>",
          "mid",
          "<pad>",
          "|",
          " x",
          "\ud83d\ude42",
          "?",
          " do not");

  /// Field 35 of a trainer: 1.
  private static final byte[] BYTE_FALLBACK = {(byte) 0x98, 0x02, 0x01};

  static Tokenizer characters() {
    return Tokenizers.open("CharLevelTokenizer", Optional.empty(), Optional.empty());
  }

  /// GPT-2's way: 256 bytes, and some tokens of two or three.
  static Tokenizer byteLevel(Path directory) {
    ObjectNode root = root();
    root.putObject("pre_tokenizer")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
    root.putObject("decoder")
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", true);
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode vocab = model.putObject("vocab");
    for (int b = 0; b < 256; b++) {
      vocab.put(spelled(b), vocab.size());
    }
    ArrayNode merges = model.putArray("merges");
    for (int[] pair : new int[][] {{'a', 0xC3}, {0xA9, ' '}, {0x9F, 0x99}, {0xF0, 0x9F}}) {
      vocab.put(spelled(pair[0]) + spelled(pair[1]), vocab.size());
      merges.add(spelled(pair[0]) + " " + spelled(pair[1]));
    }
    return open(directory.resolve("bytes.json"), root);
  }

  /// A byte in the alphabet of byte-level BPE: itself where it can be seen, else from U+0100 on.
  private static String spelled(int b) {
    int moved = 0;
    for (int other = 0; other < b; other++) {
      moved += isSeen(other) ? 0 : 1;
    }
    return Character.toString(isSeen(b) ? b : 256 + moved);
  }

  private static boolean isSeen(int b) {
    return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
  }

  /// Words and bytes, read by each decoder that there is.
  static Map<String, Tokenizer> decoders(Path directory) {
    Map<String, Tokenizer> all = new LinkedHashMap<>();
    Json.parse(DECODERS, "decoders")
        .properties()
        .forEach(entry -> {
          ObjectNode root = root();
          root.set("decoder", entry.getValue());
          ObjectNode model = root.putObject("model").put("type", "WordLevel").put("unk_token", "b");
          ObjectNode vocab = model.putObject("vocab");
          WORDS.forEach(word -> vocab.put(word, vocab.size()));
          for (int b = 0; b < 256; b++) {
            vocab.put("<0x%02X>".formatted(b), vocab.size());
          }
          all.put(
              "decoder " + entry.getKey(),
              open(directory.resolve(entry.getKey().replaceAll("\\W", "") + ".json"), root));
        });
    return all;
  }

  private static ObjectNode root() {
    ObjectNode root = Json.mapper().createObjectNode();
    root.put("version", "1.0");
    root.putArray("added_tokens");
    return root;
  }

  private static Tokenizer open(Path file, ObjectNode root) {
    try {
      Files.writeString(file, root.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
  }

  /// A SentencePiece model of some pieces and all bytes.
  static Tokenizer sentencePiece(Path directory) {
    ByteArrayOutputStream model = new ByteArrayOutputStream();
    piece(model, "<unk>", 2);
    piece(model, "<s>", 3);
    for (int b = 0; b < 256; b++) {
      piece(model, "<0x%02X>".formatted(b), 6);
    }
    for (String text : List.of("▁", "▁▁", "▁a", "▁b", "c", "é")) {
      piece(model, text, 1);
    }
    field(model, 2, BYTE_FALLBACK);
    Path file = directory.resolve("small.model");
    try {
      Files.write(file, model.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Tokenizers.open("SPMTokenizer", Optional.of(file), Optional.empty());
  }

  /// @param kind 1 normal, 2 unknown, 3 control, 6 byte
  private static void piece(ByteArrayOutputStream model, String text, int kind) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer piece = ByteBuffer.allocate(utf8.length + 9).order(ByteOrder.LITTLE_ENDIAN);
    piece.put((byte) (1 << 3 | 2)).put((byte) utf8.length).put(utf8);
    piece.put((byte) (2 << 3 | 5)).putFloat(-1);
    piece.put((byte) (3 << 3)).put((byte) kind);
    field(model, 1, piece.array());
  }

  private static void field(ByteArrayOutputStream message, int number, byte[] bytes) {
    message.write(number << 3 | 2);
    message.write(bytes.length);
    message.writeBytes(bytes);
  }

  /// Tokens that stand for something, many of them bytes that follow one another in a character.
  static int[] text(Tokenizer tokenizer, Random random, int length) {
    List<Integer> ids = new ArrayList<>();
    while (ids.size() < length) {
      int id = random.nextInt(tokenizer.vocabSize());
      if (random.nextInt(3) == 0) {
        character(tokenizer, random).forEach(ids::add);
      } else if (tokenizer.has(id)) {
        ids.add(id);
      }
    }
    return ids.stream().limit(length).mapToInt(each -> each).toArray();
  }

  /// The same, but that no character is left unfinished.
  static int[] wholeCharacters(Tokenizer tokenizer, Random random, int length) {
    List<Integer> ids = new ArrayList<>();
    while (ids.size() < length) {
      int id = random.nextInt(tokenizer.vocabSize());
      if (tokenizer.has(id) && !tokenizer.decode(id).contains("\uFFFD") && !isByte(tokenizer, id)) {
        ids.add(id);
      }
    }
    return ids.stream().mapToInt(each -> each).toArray();
  }

  private static boolean isByte(Tokenizer tokenizer, int id) {
    return tokenizer.token(id).filter(spelled -> spelled.startsWith("<0x")).isPresent();
  }

  private static List<Integer> character(Tokenizer tokenizer, Random random) {
    String[] some = {"é", "你", "\ud83d\ude42", "\u00a0"};
    List<Integer> ids = new ArrayList<>();
    for (byte b : some[random.nextInt(some.length)].getBytes(StandardCharsets.UTF_8)) {
      tokenizer
          .id("<0x%02X>".formatted(b & 0xFF))
          .ifPresentOrElse(ids::add, () -> tokenizer.id(spelled(b & 0xFF)).ifPresent(ids::add));
    }
    return ids;
  }

  private SmallTokenizers() {}
}

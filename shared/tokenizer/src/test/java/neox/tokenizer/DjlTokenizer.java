package neox.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.tokenizer.text.Utf8;

/// HuggingFace's library, as DJL brings it: what our tokenizers are compared with.
final class DjlTokenizer implements Tokenizer {
  private static final String END_OF_TEXT = "<|endoftext|>";

  private final HuggingFaceTokenizer tokenizer;
  private final TokenIds tokenIds;
  private final Path file;

  private DjlTokenizer(HuggingFaceTokenizer tokenizer, TokenIds tokenIds, Path file) {
    this.tokenizer = tokenizer;
    this.tokenIds = tokenIds;
    this.file = file;
  }

  static Tokenizer open(Path file, TokenIds tokenIds) {
    // DJL reports its use to its makers on some cloud machines unless it is told to stay offline.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    Map<String, String> options =
        Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
    HuggingFaceTokenizer tokenizer =
        TokenizerFile.reading(
            file,
            path -> {
              try {
                return HuggingFaceTokenizer.newInstance(path, options);
              } catch (RuntimeException e) {
                throw new UserException(
                    path + ": HuggingFace tokenizers cannot use this file: " + e.getMessage(), e);
              }
            });
    return new DjlTokenizer(tokenizer, tokenIds, file);
  }

  @Override
  public int[] encode(String text) {
    Utf8.encode(text); // refuses what the native side would silently replace
    long[] ids = tokenizer.encode(text, false, false).getIds();
    int[] narrow = new int[ids.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = Math.toIntExact(ids[i]);
    }
    return narrow;
  }

  @Override
  public String decode(int... ids) {
    long[] known = new long[ids.length];
    int size = 0;
    for (int id : ids) {
      if (tokenIds.token(id).isPresent()) {
        known[size++] = id;
      }
    }
    return tokenizer.decode(java.util.Arrays.copyOf(known, size), false);
  }

  @Override
  public int vocabSize() {
    return tokenIds.size();
  }

  @Override
  public OptionalInt eod() {
    return id(END_OF_TEXT);
  }

  @Override
  public OptionalInt id(String token) {
    return tokenIds.id(token);
  }

  @Override
  public Optional<String> token(int id) {
    return tokenIds.token(id);
  }

  @Override
  public boolean has(int id) {
    return tokenIds.token(id).isPresent();
  }

  @Override
  public List<Path> files() {
    return List.of(file);
  }

  @Override
  public Encoder encoder() {
    return (utf8, from, to, out) -> {
      int[] ids = encode(new String(utf8, from, to - from, StandardCharsets.UTF_8));
      out.add(ids, 0, ids.length);
    };
  }
}

package neox.tokenizer.parts;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import neox.tokenizer.parts.PreTokenizer.Metaspace.Prefix;
import neox.tokenizer.text.ByteAlphabet;
import neox.tokenizer.text.Effort;
import neox.tokenizer.text.Utf8;

/// Makes text of tokens.
public sealed interface Decoder {
  /// What becomes of the spelled tokens; put together it is the text.
  List<String> decode(List<String> tokens, Effort effort);

  record Sequence(List<Decoder> steps) implements Decoder {
    @Override
    public List<String> decode(List<String> tokens, Effort effort) {
      List<String> texts = tokens;
      for (Decoder step : steps) {
        texts = step.decode(texts, effort);
      }
      return texts;
    }
  }

  record ByteLevel() implements Decoder {
    @Override
    public List<String> decode(List<String> tokens, Effort effort) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      tokens.forEach(token -> bytes.writeBytes(ByteAlphabet.bytesOf(token)));
      return List.of(Utf8.decode(bytes.toByteArray(), bytes.size()));
    }
  }

  /// Tokens `<0x41>` are bytes; a run of them that is no UTF-8 becomes as many U+FFFD.
  record ByteFallback() implements Decoder {
    private static final int LENGTH = "<0x41>".length();

    @Override
    public List<String> decode(List<String> tokens, Effort effort) {
      List<String> texts = new ArrayList<>();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (String token : tokens) {
        int value = value(token);
        if (value >= 0) {
          bytes.write(value);
        } else {
          flush(bytes, texts);
          texts.add(token);
        }
      }
      flush(bytes, texts);
      return texts;
    }

    private static int value(String token) {
      if (token.length() != LENGTH || !token.startsWith("<0x") || !token.endsWith(">")) {
        return -1;
      }
      int low = Character.digit(token.charAt(4), 16);
      int high = token.charAt(3) == '+' ? 0 : Character.digit(token.charAt(3), 16);
      boolean ascii = token.charAt(3) < 0x80 && token.charAt(4) < 0x80;
      return ascii && high >= 0 && low >= 0 ? 16 * high + low : -1;
    }

    private static void flush(ByteArrayOutputStream bytes, List<String> texts) {
      if (bytes.size() == 0) {
        return;
      }
      try {
        ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray());
        texts.add(StandardCharsets.UTF_8.newDecoder().decode(all).toString());
      } catch (CharacterCodingException e) {
        for (int i = 0; i < bytes.size(); i++) {
          texts.add("\uFFFD");
        }
      }
      bytes.reset();
    }
  }

  record Metaspace(String replacement, Prefix prefix) implements Decoder {
    @Override
    public List<String> decode(List<String> tokens, Effort effort) {
      List<String> texts = new ArrayList<>();
      for (String token : tokens) {
        boolean cut = texts.isEmpty() && prefix != Prefix.NEVER;
        texts.add(token.replace(replacement, cut ? "" : " "));
      }
      return texts;
    }
  }

  record WordPiece(String prefix, boolean tidies) implements Decoder {
    @Override
    public List<String> decode(List<String> tokens, Effort effort) {
      List<String> texts = new ArrayList<>();
      for (String token : tokens) {
        String text = token;
        if (!texts.isEmpty()) {
          text = token.startsWith(prefix) ? token.substring(prefix.length()) : " " + token;
        }
        texts.add(tidies ? tidied(text) : text);
      }
      return texts;
    }
  }

  /// English text without the spaces that tokens leave in it.
  private static String tidied(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" do not", " don't")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }

  /// Words end in a suffix.
  record Bpe(String suffix, String where) implements Decoder {
    @Override
    public List<String> decode(List<String> tokens, Effort effort) {
      List<String> texts = new ArrayList<>();
      for (String token : tokens) {
        String text = token.replace(suffix, texts.size() + 1 < tokens.size() ? " " : "");
        effort.make(text.length(), text.length(), where);
        texts.add(text);
      }
      return texts;
    }
  }

  record Ctc(String padding, String wordEnd, boolean tidies, String where) implements Decoder {
    @Override
    public List<String> decode(List<String> tokens, Effort effort) {
      List<String> texts = new ArrayList<>();
      String last = null;
      for (String token : tokens) {
        if (token.equals(last)) {
          continue;
        }
        last = token;
        String text = token.replace(padding, "");
        text = tidies ? tidied(text).replace(wordEnd, " ") : text;
        effort.make(text.length(), text.length(), where);
        if (!text.isEmpty()) {
          texts.add(text);
        }
      }
      return texts;
    }
  }

  record Fuse() implements Decoder {
    @Override
    public List<String> decode(List<String> tokens, Effort effort) {
      return List.of(String.join("", tokens));
    }
  }

  /// Takes up to so many times a character from the start of each token.
  record Strip(String content, int start) implements Decoder {
    @Override
    public List<String> decode(List<String> tokens, Effort effort) {
      return each(tokens, this::stripped);
    }

    private String stripped(String token) {
      int from = 0;
      for (int i = 0; i < start && token.startsWith(content, from); i++) {
        from += content.length();
      }
      return token.substring(from);
    }
  }

  record Replace(Normalizer.Replace replacement) implements Decoder {
    @Override
    public List<String> decode(List<String> tokens, Effort effort) {
      return each(tokens, token -> replacement.apply(new Piece(token, false, 0), effort).text());
    }
  }

  private static List<String> each(List<String> tokens, UnaryOperator<String> change) {
    return tokens.stream().map(change).toList();
  }
}

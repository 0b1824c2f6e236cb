import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.IntArrayList;
import java.text.Normalizer;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.tokenizer.TokenBuffer;
import neox.tokenizer.Tokenizer;

/// A tokenizer to be timed.
///
/// @param threadState makes what one thread needs; a new one for every round, caches empty
record Contestant(String name, Supplier<Worker> threadState) {

  /// Turns a document into ids the quickest way its library offers.
  interface Worker {
    /// Returns the number of ids.
    int encode(Corpus.Document document);

    /// The ids of the last document.
    int[] ids();
  }

  static Contestant neox(Tokenizer tokenizer) {
    return new Contestant("neox", () -> new NeoxWorker(tokenizer.encoder(), new TokenBuffer()));
  }

  static Contestant djl(HuggingFaceTokenizer tokenizer) {
    return new Contestant("HuggingFace (DJL)", () -> new DjlWorker(tokenizer));
  }

  /// @param added finds the added tokens, which jtokkit is not told of
  static Contestant jtokkit(
      Encoding encoding, Pattern added, Map<String, Integer> addedIds, boolean nfc) {
    return new Contestant("jtokkit", () -> new JtokkitWorker(encoding, added, addedIds, nfc));
  }

  private record NeoxWorker(Tokenizer.Encoder encoder, TokenBuffer out) implements Worker {
    @Override
    public int encode(Corpus.Document document) {
      out.clear();
      encoder.encode(document.utf8(), 0, document.utf8().length, out);
      return out.size();
    }

    @Override
    public int[] ids() {
      return out.toArray();
    }
  }

  /// Asks the native library for nothing but ids: DJL's own `encode` also makes strings, offsets
  /// and masks.
  private static final class DjlWorker implements Worker {
    private final long handle;
    private long[] last = {};

    DjlWorker(HuggingFaceTokenizer tokenizer) {
      handle = tokenizer.getHandle();
    }

    @Override
    public int encode(Corpus.Document document) {
      long encoding = TokenizersLibrary.LIB.encode(handle, document.text(), false);
      last = TokenizersLibrary.LIB.getTokenIds(encoding);
      TokenizersLibrary.LIB.deleteEncoding(encoding);
      return last.length;
    }

    @Override
    public int[] ids() {
      return java.util.Arrays.stream(last).mapToInt(Math::toIntExact).toArray();
    }
  }

  private static final class JtokkitWorker implements Worker {
    private final Encoding encoding;
    private final Matcher added;
    private final Map<String, Integer> addedIds;
    private final boolean nfc;
    private IntArrayList last = new IntArrayList();

    JtokkitWorker(Encoding encoding, Pattern added, Map<String, Integer> addedIds, boolean nfc) {
      this.encoding = encoding;
      this.added = added.matcher("");
      this.addedIds = addedIds;
      this.nfc = nfc;
    }

    @Override
    public int encode(Corpus.Document document) {
      String text =
          nfc ? Normalizer.normalize(document.text(), Normalizer.Form.NFC) : document.text();
      int done = 0;
      last = null;
      added.reset(text);
      while (added.find()) {
        ordinary(text, done, added.start());
        last.add(addedIds.get(added.group()));
        done = added.end();
      }
      ordinary(text, done, text.length());
      return last.size();
    }

    private void ordinary(String text, int from, int to) {
      IntArrayList ids = encoding.encodeOrdinary(text.substring(from, to));
      if (last == null) {
        last = ids;
        return;
      }
      for (int i = 0; i < ids.size(); i++) {
        last.add(ids.get(i));
      }
    }

    @Override
    public int[] ids() {
      return last.toArray();
    }
  }
}

package neox.inference;

import java.util.Arrays;
import java.util.List;
import neox.base.UserException;
import neox.model.Network;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// Continues texts with a network, a batch of them at a time; each batch starts with an empty
/// cache.
///
/// Does not own the network.
final class TextGenerator {
  private final Network network;
  private final Decoding decoding;

  TextGenerator(Network network, Decoding decoding) {
    this.network = network;
    this.decoding = decoding;
  }

  /// See [LanguageModel#generate].
  void generate(List<GenerationRequest> requests, GenerationSink sink) {
    requests.forEach(this::checkFits);
    int size = decoding.batchSize();
    try (Candidates candidates = Candidates.of(network, decoding.eligible())) {
      for (int from = 0; from < requests.size(); from += size) {
        int to = Math.min(requests.size(), from + size);
        int first = from;
        generateBatch(
            requests.subList(from, to),
            candidates,
            (row, written) -> sink.finished(first + row, written));
      }
    }
  }

  private void checkFits(GenerationRequest request) {
    if (request.context().length > decoding.maxLength()) {
      throw UserException.of(
          "the prompt has %d tokens, the model takes %d; shorten the prompt",
          request.context().length, decoding.maxLength());
    }
  }

  private void generateBatch(
      List<GenerationRequest> requests, Candidates candidates, GenerationSink sink) {
    List<Text> texts = requests.stream().map(request -> new Text(request, room(request))).toList();
    for (int row = 0; row < texts.size(); row++) {
      if (texts.get(row).isFinished()) {
        sink.finished(row, texts.get(row).written());
      }
    }
    int capacity = texts.stream().mapToInt(Text::capacity).max().orElseThrow();
    try (Decoder decoder = decoder(texts.size(), capacity)) {
      while (!texts.stream().allMatch(Text::isFinished)) {
        step(decoder, texts, candidates, sink);
      }
    }
  }

  private int room(GenerationRequest request) {
    return Math.min(request.maximumTokens(), decoding.maxLength() - request.context().length);
  }

  private Decoder decoder(int rows, int capacity) {
    return switch (decoding.memory()) {
      case KEYS_AND_VALUES -> Decoder.cached(network, rows, capacity);
      case NOTHING -> Decoder.recomputing(network, rows);
    };
  }

  /// One more token for each text that is not finished.
  private void step(Decoder decoder, List<Text> texts, Candidates candidates, GenerationSink sink) {
    try (var _ = Scope.open()) {
      int[][] unread = texts.stream().map(Text::unread).toArray(int[][]::new);
      Tensor logits = candidates.among(decoder.read(unread)); // [rows, V]
      for (int row = 0; row < texts.size(); row++) {
        Text text = texts.get(row);
        if (!text.isFinished()) {
          text.add(decoding.sampler().next(logits.select(0, row)));
          if (text.isFinished()) {
            sink.finished(row, text.written());
          }
        }
      }
    }
  }

  /// One text on its way.
  private static final class Text {
    private final GenerationRequest request;
    private final int[] written;
    private int[] unread;
    private int count;
    private boolean stopped;

    Text(GenerationRequest request, int room) {
      this.request = request;
      this.written = new int[room];
      this.unread = request.context();
    }

    int capacity() {
      return request.context().length + written.length;
    }

    /// What the decoder must read next; nothing when the text is finished.
    int[] unread() {
      return isFinished() ? new int[0] : unread;
    }

    boolean isFinished() {
      return stopped || count == written.length;
    }

    void add(int token) {
      written[count++] = token;
      stopped = request.stop().test(token);
      unread = new int[] {token};
    }

    int[] written() {
      return Arrays.copyOf(written, count);
    }
  }
}

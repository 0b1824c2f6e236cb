package neox.inference;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.inference.RequestSource.Patience;
import neox.inference.decoding.Candidates;
import neox.inference.decoding.Decoder;
import neox.inference.sampling.LogitFilters;
import neox.model.Network;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/// Continues texts with a network, some of them at a time: a text that is finished leaves its row
/// to another sample of the same request, or to the next request, while the others go on. For one
/// use.
///
/// Does not own the network.
final class TextGenerator implements AutoCloseable {
  private final Decoding decoding;
  private final RequestSource source;
  private final GenerationSink sink;
  private final Candidates candidates;
  private final Decoder decoder;
  private final List<Continuation> rows = new ArrayList<>(); // the decoder's
  private Optional<OngoingRequest> waiting = Optional.empty();
  private int taken;

  TextGenerator(Network network, Decoding decoding, RequestSource source, GenerationSink sink) {
    this.decoding = decoding;
    this.source = source;
    this.sink = sink;
    this.candidates = Candidates.of(network, decoding.eligible());
    this.decoder =
        switch (decoding.memory()) {
          case KEYS_AND_VALUES -> Decoder.cached(network, decoding.maxLength());
          case NOTHING -> Decoder.recomputing(network);
        };
  }

  /// Refuses a text that leaves no room for its own tokens.
  static void requireRoom(GenerationRequest request, Decoding decoding) {
    if (request.context().length > decoding.maxLength()) {
      throw UserException.of(
          "the prompt has %d tokens, the model takes %d; shorten the prompt",
          request.context().length, decoding.maxLength());
    }
  }

  /// See [LanguageModel#generate].
  void run() {
    while (true) {
      List<OngoingRequest> fresh = takeRequests();
      if (fresh.isEmpty() && rows.isEmpty()) {
        return; // it has waited for requests
      }
      if (!fresh.isEmpty()) {
        begin(fresh);
      }
      if (!rows.isEmpty()) {
        step();
      }
    }
  }

  /// Requests for the free rows, as many as are read in one pass.
  private List<OngoingRequest> takeRequests() {
    List<OngoingRequest> fresh = new ArrayList<>();
    int free = decoding.batchSize() - rows.size();
    int longest = 0;
    while (free > 0) {
      Patience patience = rows.isEmpty() && fresh.isEmpty() ? Patience.WAIT : Patience.NONE;
      waiting = waiting.or(() -> next(patience));
      if (waiting.isEmpty()) {
        break;
      }
      OngoingRequest next = waiting.get();
      longest = Math.max(longest, next.context().length);
      if (!fresh.isEmpty() && (fresh.size() + 1L) * longest > decoding.tokensPerPass()) {
        break;
      }
      fresh.add(next);
      waiting = Optional.empty();
      free -= Math.min(free, next.samplesLeft());
    }
    return fresh;
  }

  /// The next request that wants a token.
  private Optional<OngoingRequest> next(Patience patience) {
    while (true) {
      Optional<OngoingRequest> next =
          source
              .next(patience)
              .map(request -> new OngoingRequest(taken++, request, decoding.maxLength()));
      if (next.isEmpty() || next.get().room() > 0) {
        return next;
      }
      OngoingRequest full = next.get();
      for (int sample = 0; sample < full.request().samples(); sample++) {
        sink.finished(full.number(), sample, new Generation(new int[0], full.endOfRoom()));
      }
    }
  }

  /// Reads the contexts and writes the first token after each.
  private void begin(List<OngoingRequest> fresh) {
    int[][] contexts = fresh.stream().map(OngoingRequest::context).toArray(int[][]::new);
    int[] copies = new int[contexts.length];
    List<Continuation> begun = new ArrayList<>();
    List<Integer> readIn = new ArrayList<>();
    int free = decoding.batchSize() - rows.size();
    for (int i = 0; i < copies.length; i++) {
      copies[i] = Math.min(free - begun.size(), fresh.get(i).samplesLeft());
      for (int copy = 0; copy < copies[i]; copy++) {
        begun.add(fresh.get(i).begin());
      }
      readIn.addAll(Collections.nCopies(copies[i], i));
    }
    try (var _ = Scope.open()) {
      Tensor logits = candidates.among(decoder.begin(contexts, copies)); // [contexts, V]
      for (int i = 0; i < copies.length; i++) {
        if (fresh.get(i).samplesLeft() > 0) {
          fresh.get(i).remember(TensorData.floats(logits.select(0, i)));
        }
      }
      rows.addAll(begun);
      write(begun, logits, readIn);
    }
  }

  /// One more token for each text.
  private void step() {
    int[][] unread = rows.stream().map(text -> new int[] {text.last()}).toArray(int[][]::new);
    List<Integer> each = new ArrayList<>();
    for (int row = 0; row < unread.length; row++) {
      each.add(row);
    }
    try (var _ = Scope.open()) {
      write(rows, candidates.among(decoder.read(unread)), each);
    }
  }

  /// @param logits `[any, V]`
  /// @param readIn which of them are a text's
  private void write(List<Continuation> texts, Tensor logits, List<Integer> readIn) {
    long[] likeliest = {};
    if (texts.stream().anyMatch(Continuation::takesLikeliest)) {
      likeliest = likeliest(logits);
    }
    for (int i = 0; i < texts.size(); i++) {
      Continuation text = texts.get(i);
      int row = readIn.get(i);
      if (text.takesLikeliest()) {
        text.addLikeliest(Math.toIntExact(likeliest[row]), sink);
      } else {
        text.addNext(TensorData.floats(logits.select(0, row)), sink);
      }
    }
    leaveRows();
  }

  /// The likeliest token of each row, of equals the first; a logit that is no number counts as the
  /// largest.
  ///
  /// @param logits `[any, V]`
  private static long[] likeliest(Tensor logits) {
    Tensor places = logits.argmax(new LongOptional(-1), true); // [any, 1]
    for (float logit : TensorData.floats(logits.gather(-1, places))) {
      LogitFilters.requireNumber(logit);
    }
    return TensorData.longs(places);
  }

  /// Gives the rows of finished texts to other samples of their requests, or back.
  private void leaveRows() {
    for (int row = rows.size() - 1; row >= 0; row--) {
      while (rows.get(row).isFinished() && rows.get(row).ongoing().samplesLeft() > 0) {
        OngoingRequest ongoing = rows.get(row).ongoing();
        rows.get(row).finish(sink);
        decoder.rewind(row, ongoing.context().length);
        rows.set(row, ongoing.begin());
        rows.get(row).addNext(ongoing.afterContext(), sink);
      }
      if (rows.get(row).isFinished()) {
        rows.get(row).finish(sink);
        decoder.remove(row);
        rows.set(row, rows.getLast());
        rows.removeLast();
      }
    }
  }

  @Override
  public void close() {
    decoder.close();
    candidates.close();
  }
}
